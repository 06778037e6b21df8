using System.Text.Json;

namespace Pipulate.Browser.Hosting;

/// <summary>What a page has cost so far, in processor time of its main thread.</summary>
/// <param name="Tasks">All that it did.</param>
/// <param name="Script">Of it, scripts.</param>
/// <param name="Layout">Of it, styles and layout.</param>
public readonly record struct PageCost(TimeSpan Tasks, TimeSpan Script, TimeSpan Layout)
{
    public static PageCost operator -(PageCost one, PageCost other) =>
        new(one.Tasks - other.Tasks, one.Script - other.Script, one.Layout - other.Layout);

    /// <summary>From the answer of <c>Performance.getMetrics</c>.</summary>
    public static PageCost From(JsonElement answer)
    {
        var metrics = answer
            .GetProperty("metrics")
            .EnumerateArray()
            .ToDictionary(metric => metric.GetProperty("name").GetString()!, metric => metric.GetProperty("value").GetDouble());
        return new(
            TimeSpan.FromSeconds(metrics["TaskDuration"]),
            TimeSpan.FromSeconds(metrics["ScriptDuration"]),
            TimeSpan.FromSeconds(metrics["LayoutDuration"] + metrics["RecalcStyleDuration"]));
    }

    public override string ToString() =>
        $"{Tasks.TotalMilliseconds:0} ms of the main thread, of which {Script.TotalMilliseconds:0} ms are scripts and {Layout.TotalMilliseconds:0} ms styles and layout";
}
