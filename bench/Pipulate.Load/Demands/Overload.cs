namespace Pipulate.Load.Demands;

/// <summary>More than a server can write one by one: a thousand tokens a second to a thousand pages.</summary>
internal sealed class Overload : IDemand
{
    public string Id => "D9";

    public async Task<IReadOnlyList<Finding>> MeasureAsync(LoadRun run)
    {
        using var servers = new SideBySide();
        await servers.RunAsync(run, ["pipulate", "signalr"], run.Quick ? 500 : 5_000, 1_000, mustBeWhole: false);
        var tail = servers.Tail["pipulate"].Value / servers.Tail["signalr"].Value;
        var inTime = servers.InTime["pipulate"];
        return
        [
            new("part delivered within 250 ms", SideBySide.All(servers.InTime, "")),
            new("p99 age", SideBySide.All(servers.Tail, " ms")),
            new("Pipulate's part", inTime.Text(), "≥ 0.85, and ≥ SignalR's", inTime.Value >= 0.85
                && inTime.Value >= servers.InTime["signalr"].Value),
            new("p99 age, as a part of SignalR's", tail.ToString(
                "F3", System.Globalization.CultureInfo.InvariantCulture), "≤ 0.6", tail <= 0.6),
        ];
    }
}
