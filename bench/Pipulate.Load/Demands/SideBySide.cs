namespace Pipulate.Load.Demands;

/// <summary>
/// One stream to many pages, on several servers in turn. All of them run from the first round to the last, and only one works at a time.
/// </summary>
internal sealed class SideBySide : IDisposable
{
    private readonly List<Crowd> _crowds = [];

    public Dictionary<string, Median> Cpu { get; } = [];

    public Dictionary<string, Median> Wall { get; } = [];

    public Dictionary<string, Median> Middle { get; } = [];

    public Dictionary<string, Median> Tail { get; } = [];

    public Dictionary<string, Median> InTime { get; } = [];

    /// <summary>CPU of Pipulate as a part of the other's, round by round.</summary>
    public Dictionary<string, Median> Ratio { get; } = [];

    public async Task RunAsync(LoadRun run, IEnumerable<string> kinds, int tokens, int rate, bool mustBeWhole = true)
    {
        foreach (var kind in kinds)
        {
            var crowd = new Crowd(await ServerProcess.StartAsync(kind));
            _crowds.Add(crowd);
            await crowd.GrowAsync(run.Pages);

            // Compiled, and compiled better.
            var warm = crowd.Server.Cpu;
            while (!run.Quick && kind is not ("starlette" or "ws") && (crowd.Server.Cpu - warm).TotalSeconds < 3)
            {
                await crowd.StreamAsync(200, 0);
            }
        }

        for (var round = 0; round < run.Rounds; round++)
        {
            var own = 0.0;
            foreach (var crowd in _crowds)
            {
                var kind = crowd.Server.Kind;
                var stream = await crowd.StreamAsync(tokens, rate);
                if (mustBeWhole && !stream.Whole)
                {
                    throw new NotWholeException(
                        $"{kind} delivered {stream.Delivered} of {stream.Expected} tokens, with {stream.Gaps} gaps.");
                }

                own = kind == "pipulate" ? stream.CpuPerToken : own;
                Of(Cpu, kind).Add(stream.CpuPerToken);
                Of(Wall, kind).Add(stream.Took.TotalMilliseconds);
                Of(Ratio, kind).Add(own / stream.CpuPerToken);
                Of(Middle, kind).Add(crowd.Ages.Percentile(0.5));
                Of(Tail, kind).Add(crowd.Ages.Percentile(0.99));
                Of(InTime, kind).Add(crowd.Ages.Within(250, stream.Expected));
            }
        }
    }

    /// <summary>All figures, for those who want to see them.</summary>
    public static string All(Dictionary<string, Median> figures, string unit) =>
        string.Join("; ", figures.Select(figure => $"{figure.Key} {figure.Value.Text(unit)}"));

    public void Dispose()
    {
        foreach (var crowd in _crowds)
        {
            crowd.Dispose();
            crowd.Server.Dispose();
        }
    }

    private static Median Of(Dictionary<string, Median> figures, string kind)
    {
        if (!figures.TryGetValue(kind, out var median))
        {
            figures[kind] = median = new Median();
        }

        return median;
    }
}
