using System.Globalization;

namespace Pipulate.Load.Demands;

/// <summary>
/// The everyday shape on two machines: each visitor has a page on each of two nodes that share a PostgreSQL, types on the one and reads on
/// both. Beside it the same visitors with both pages on one node, with that PostgreSQL as its store and without one.
/// </summary>
internal sealed class BetweenNodes : IDemand
{
    /// <summary>Where the PostgreSQL is that the nodes share: an Npgsql connection string.</summary>
    public const string Variable = "LOAD_DATABASE";

    private const int Rate = 20;

    public string Id => "D11";

    public async Task<IReadOnlyList<Finding>> MeasureAsync(LoadRun run)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 })
        {
            return [new Finding($"left out: name a PostgreSQL in {Variable}, as bench/README.md shows", "")];
        }

        var (visitors, tokens) = run.Quick ? (20, 40) : (200, 200);
        var keys = Directory.CreateTempSubdirectory("pipulate-load-keys-");
        var (alone, stored, both) = (new Figures(), new Figures(), new Figures());
        try
        {
            using var model = await ServerProcess.StartAsync("model");
            using var memory = await ServerProcess.StartAsync("pipulate-model", model.Address, keys.FullName);
            using var first = await ServerProcess.StartAsync("pipulate-node", model.Address, keys.FullName);
            for (var round = run.Quick ? 0 : -1; round < run.Rounds; round++)
            {
                await AskAsync(memory, memory, visitors, tokens, round < 0 ? new Figures() : alone);
                await AskAsync(first, first, visitors, tokens, round < 0 ? new Figures() : stored);
            }

            using var second = await ServerProcess.StartAsync("pipulate-node", model.Address, keys.FullName);
            for (var round = run.Quick ? 0 : -1; round < run.Rounds; round++)
            {
                await AskAsync(first, second, visitors, tokens, round < 0 ? new Figures() : both);
            }
        }
        finally
        {
            keys.Delete(recursive: true);
        }

        return
        [
            new Finding(
                "tokens a second at all pages: one node in memory; one on PostgreSQL; two",
                $"{alone.Rate.Text()}; {stored.Rate.Text()}; {both.Rate.Text()}"),
            new Finding("CPU of all nodes for a token at a page, µs", $"{alone.Cpu.Text()}; {stored.Cpu.Text()}; {both.Cpu.Text()}"),
            new Finding("CPU of PostgreSQL for a token at a page, µs", $"none; {stored.Database.Text()}; {both.Database.Text()}"),
            new Finding(
                "p99 age at the page of the node that generates, ms", $"{alone.Here.Text()}; {stored.Here.Text()}; {both.Here.Text()}"),
            Finding.AtMost("p99 age at the page of the other node", both.There, 150, " ms"),
        ];
    }

    private static async Task AskAsync(ServerProcess here, ServerProcess there, int count, int tokens, Figures figures)
    {
        var (near, far) = (new Ages(), new Ages());
        var pages = new List<Page>();
        try
        {
            var typing = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Page.OpenAsync(here.Port, near)));
            pages.AddRange(typing);
            pages.AddRange(await Task.WhenAll(typing.Select(page => Page.OpenAsync(there.Port, far, page.Cookie))));
            var (began, cpu, database) = (Token.Now, Cpu(here, there), DatabaseCpu());
            await Task.WhenAll(
                typing.Select((page, index) => page.SayInTurnAsync($"{{\"msg\":\"{tokens} {Rate}\",\"mid\":\"m{index}\"}}", index)));
            await Crowd.UntilAsync(() => pages.All(page => page.Last == tokens - 1));
            if (pages.FirstOrDefault(page => page.Received != tokens || page.Gaps > 0) is not null)
            {
                throw new NotWholeException(
                    $"{pages.Count(page => page.Received != tokens || page.Gaps > 0)} of {pages.Count} pages do not have the whole answer.");
            }

            var delivered = (double)pages.Count * tokens;
            figures.Rate.Add(delivered / TimeSpan.FromMicroseconds(Token.Now - began).TotalSeconds);
            figures.Cpu.Add((Cpu(here, there) - cpu).TotalMicroseconds / delivered);
            figures.Database.Add((DatabaseCpu() - database).TotalMicroseconds / delivered);
            figures.Here.Add(near.Percentile(0.99));
            figures.There.Add(far.Percentile(0.99));
        }
        finally
        {
            pages.ForEach(page => page.Dispose());
        }
    }

    private static TimeSpan Cpu(ServerProcess here, ServerProcess there) => here == there ? here.Cpu : here.Cpu + there.Cpu;

    /// <summary>
    /// What all PostgreSQL processes of this machine have used, with those that have ended: nothing else uses one while it measures.
    /// </summary>
    private static TimeSpan DatabaseCpu()
    {
        var ticks = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(folder["/proc/".Length])))
        {
            try
            {
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                if (stat.Contains("(postgres)", StringComparison.Ordinal))
                {
                    // proc(5): utime, stime, and those of its children that have ended.
                    ticks += stat[(stat.IndexOf(')', StringComparison.Ordinal) + 2)..].Split(' ')[11..15].Sum(
                        field => long.Parse(field, CultureInfo.InvariantCulture));
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }

        return TimeSpan.FromMilliseconds(ticks * 10);
    }

    /// <summary>What came of several rounds.</summary>
    private sealed class Figures
    {
        public Median Rate { get; } = new();

        public Median Cpu { get; } = new();

        public Median Database { get; } = new();

        public Median Here { get; } = new();

        public Median There { get; } = new();
    }
}
