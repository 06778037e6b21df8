using System.Diagnostics.Metrics;

namespace Pipulate.Commentary;

/// <summary>What the meter "Pipulate" tells of comments (docs/commentary.md).</summary>
internal sealed class CommentaryMetrics
{
    public const string MeterName = "Pipulate";

    private readonly Counter<long> _suppressed;
    private readonly Counter<long> _merged;

    public CommentaryMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _suppressed = meter.CreateCounter<long>("pipulate.commentary.suppressed", "{event}", "Events that were left without a comment, by reason.");
        _merged = meter.CreateCounter<long>("pipulate.commentary.merged", "{event}", "Events that shared another one's comment.");
    }

    public void Suppressed(Suppression reason, int events) => _suppressed.Add(events, new KeyValuePair<string, object?>("reason", Tag(reason)));

    public void Merged(int events)
    {
        if (events > 1)
        {
            _merged.Add(events - 1);
        }
    }

    private static string Tag(Suppression reason) => reason switch
    {
        Suppression.Chance => "chance",
        Suppression.Paused => "paused",
        Suppression.Unwatched => "unwatched",
        Suppression.Cooldown => "cooldown",
        _ => "budget",
    };
}
