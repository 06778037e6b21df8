namespace Pipulate.Load.Demands;

/// <summary>
/// This build beside another one, of another commit: the way of a token from the model's HTTP to the page, and what it costs the server.
/// Only where
/// <c>LOAD_OTHER</c> names the <c>Pipulate.Load.dll</c> of the other one.
/// </summary>
internal sealed class AnotherBuild : IDemand
{
    private const int Rate = 20;

    public string Id => "D12";

    public async Task<IReadOnlyList<Finding>> MeasureAsync(LoadRun run)
    {
        if (Environment.GetEnvironmentVariable("LOAD_OTHER") is not { Length: > 0 } build)
        {
            return [];
        }

        var (pages, tokens) = run.Quick ? (20, 20) : (100, 100);
        var builds = new[] { ("this build", new Measures()), ("the other", new Measures()) };
        using var model = await ServerProcess.StartAsync("model");
        using var own = await ServerProcess.StartAsync("pipulate-model", model.Address);
        using var other = await ServerProcess.StartAsync("pipulate-model", model.Address, build: build);
        for (var round = -1; round < run.Rounds; round++)
        {
            foreach (var (server, measures) in new[] { (own, builds[0].Item2), (other, builds[1].Item2) })
            {
                // Ages are all of the way: the model writes the time into each token just before it sends it.
                var ages = new Ages();
                var cpu = await ManyConversations.AskAsync(server, pages, tokens, Rate, ages);
                if (round >= 0)
                {
                    measures.Cpu.Add(cpu / (pages * tokens));
                    measures.Middle.Add(ages.Percentile(0.5));
                    measures.Tail.Add(ages.Percentile(0.99));
                }
            }
        }

        return [.. builds.SelectMany(measured => new[]
        {
            new Finding($"{measured.Item1}: server CPU for a token", measured.Item2.Cpu.Text(" µs")),
            new Finding($"{measured.Item1}: from the model's byte to the page's, p50", measured.Item2.Middle.Text(" ms")),
            new Finding($"{measured.Item1}: p99", measured.Item2.Tail.Text(" ms")),
        })];
    }

    private sealed record Measures
    {
        public Median Cpu { get; } = new();

        public Median Middle { get; } = new();

        public Median Tail { get; } = new();
    }
}
