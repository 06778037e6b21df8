namespace Pipulate.Load.Demands;

/// <summary>One stream to a thousand pages, at the pace of a model.</summary>
internal sealed class Paced : IDemand
{
    public string Id => "D2";

    public async Task<IReadOnlyList<Finding>> MeasureAsync(LoadRun run)
    {
        using var servers = new SideBySide();
        await servers.RunAsync(run, ["pipulate", "signalr", "naive"], run.Quick ? 50 : 400, 50);

        using var server = await ServerProcess.StartAsync("pipulate");
        using var crowd = new Crowd(server);
        await crowd.GrowAsync(100);
        var first = new Median();
        for (var i = 0; i < 5 + run.Rounds; i++)
        {
            // After a silence, as an answer begins; the first ones only warm it up.
            await Task.Delay(300);
            await crowd.StreamAsync(1, 0);
            if (i >= 5)
            {
                first.Add(crowd.Ages.Percentile(0.5));
            }
        }

        return
        [
            new("server CPU per delivered token", SideBySide.All(servers.Cpu, " µs")),
            new("age of a token at the page, p50", SideBySide.All(servers.Middle, " ms")),
            new("p99", SideBySide.All(servers.Tail, " ms")),
            Finding.AtMost("CPU, as a part of SignalR's", servers.Ratio["signalr"], 0.65),
            Finding.AtMost("of the naive loop's", servers.Ratio["naive"], 0.9),
            Finding.AtMost("p99 age", servers.Tail["pipulate"], 65, " ms"),
            Finding.AtMost("first token, p50", first, 5, " ms"),
        ];
    }
}
