namespace Pipulate.Load.Demands;

/// <summary>Pages that are open and nothing happens.</summary>
internal sealed class IdleMemory : IDemand
{
    public string Id => "D4";

    public async Task<IReadOnlyList<Finding>> MeasureAsync(LoadRun run)
    {
        var own = await MeasureAsync("pipulate", run);
        var other = await MeasureAsync("signalr", run);
        var ratio = new Median();
        ratio.Add(own.Value / other.Value);
        return
        [
            new("managed memory for each of the pages, after a collection", $"pipulate {own.Text(" KB")}; signalr {other.Text(" KB")}"),
            Finding.AtMost("Pipulate's", own, 18, " KB"),
            Finding.AtMost("as a part of SignalR's", ratio, 0.85),
        ];
    }

    private static async Task<Median> MeasureAsync(string kind, LoadRun run)
    {
        var pages = run.Quick ? 200 : 5_000;
        var each = new Median();
        using var server = await ServerProcess.StartAsync(kind);
        using var crowd = new Crowd(server);
        await crowd.GrowAsync(100);
        var before = await server.MeasureAsync("memory");
        await crowd.GrowAsync(100 + pages);
        each.Add((await server.MeasureAsync("memory") - before) / 1024.0 / pages);
        return each;
    }
}
