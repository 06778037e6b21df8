namespace Pipulate.Load.Demands;

/// <summary>One stream to a thousand pages, as fast as it goes.</summary>
internal sealed class Burst : IDemand
{
    public string Id => "D1";

    public async Task<IReadOnlyList<Finding>> MeasureAsync(LoadRun run)
    {
        using var servers = new SideBySide();
        await servers.RunAsync(run, ["pipulate", "signalr", "naive", "floor", .. run.Peers], run.Quick ? 100 : 500, 0);
        var findings = new List<Finding>
        {
            new("server CPU per delivered token", SideBySide.All(servers.Cpu, " µs")),
            new("until the last page had the last token", SideBySide.All(servers.Wall, " ms")),
            Finding.AtMost("CPU, as a part of SignalR's", servers.Ratio["signalr"], 0.05),
            Finding.AtMost("of the naive loop's", servers.Ratio["naive"], 0.1),
        };
        if (servers.Ratio.TryGetValue("starlette", out var starlette))
        {
            findings.Add(Finding.AtMost("of Starlette's", starlette, 0.05));
        }

        return findings;
    }
}
