namespace Pipulate.Load.Demands;

/// <summary>
/// The everyday shape: each page has a conversation of its own, and its words are answered by a model, from the model's HTTP to the page.
/// </summary>
internal sealed class ManyConversations : IDemand
{
    private const int Rate = 20;

    public string Id => "D3";

    public async Task<IReadOnlyList<Finding>> MeasureAsync(LoadRun run)
    {
        var (pages, tokens) = run.Quick ? (20, 20) : (200, 200);
        var (cpu, tail) = (new Median(), new Median());
        using var model = await ServerProcess.StartAsync("model");
        using var own = await ServerProcess.StartAsync("pipulate-model", model.Address);
        using var naive = await ServerProcess.StartAsync("naive-model", model.Address);
        for (var round = run.Quick ? 0 : -1; round < run.Rounds; round++)
        {
            var ages = new Ages();
            var ownCpu = await AskAsync(own, pages, tokens, Rate, ages);
            var naiveCpu = await AskAsync(naive, pages, tokens, Rate, new Ages());
            if (round >= 0)
            {
                cpu.Add(ownCpu / naiveCpu);
                tail.Add(ages.Percentile(0.99));
            }
        }

        return [
            Finding.AtMost("CPU, as a part of a relay's that forwards each token", cpu, 1.3), Finding.AtMost("p99 age", tail, 65, " ms")
        ];
    }

    /// <summary>Asks in each of some conversations at once, and waits until each page has the whole answer.</summary>
    /// <returns>The server's processor time, in microseconds.</returns>
    public static async Task<double> AskAsync(ServerProcess server, int count, int tokens, int rate, Ages ages)
    {
        var pages = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Page.OpenAsync(server.Port, ages)));
        try
        {
            var before = server.Cpu;
            await Task.WhenAll(
                pages.Select((page, index) => page.SayInTurnAsync($"{{\"msg\":\"{tokens} {rate}\",\"mid\":\"m{index}\"}}", index)));
            await Crowd.UntilAsync(() => pages.All(page => page.Last == tokens - 1));
            var cpu = (server.Cpu - before).TotalMicroseconds;
            return pages.All(page => page.Received == tokens && page.Gaps == 0)
                ? cpu
                : throw new NotWholeException(
                    $"{server.Kind}: {pages.Count(page => page.Received != tokens)} of {count} pages do not have the whole answer.");
        }
        finally
        {
            Array.ForEach(pages, page => page.Dispose());
        }
    }
}
