using System.Diagnostics.Metrics;

namespace Pipulate.Commentary;

/// <summary>What the meter "Pipulate" tells of comments (docs/commentary.md) and of what the model is told (docs/window.md).</summary>
internal sealed class CommentaryMetrics
{
    public const string MeterName = "Pipulate";

    private readonly Counter<long> _suppressed;
    private readonly Counter<long> _merged;
    private readonly Counter<long> _cuts;

    public CommentaryMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _suppressed = meter.CreateCounter<long>("pipulate.commentary.suppressed", "{event}", "Events that were left without a comment, by reason.");
        _merged = meter.CreateCounter<long>("pipulate.commentary.merged", "{event}", "Events that shared another one's comment.");
        _cuts = meter.CreateCounter<long>("pipulate.history.cuts", "{cut}", "How often the beginning of a conversation was left out of what the model is told, by reason.");
    }

    public void Suppressed(Suppression reason, int events) => _suppressed.Add(events, new KeyValuePair<string, object?>("reason", Tag(reason)));

    public void Merged(int events)
    {
        if (events > 1)
        {
            _merged.Add(events - 1);
        }
    }

    public void Cut(HistoryCut reason) => _cuts.Add(1, new KeyValuePair<string, object?>("reason", reason switch
    {
        HistoryCut.Full => "full",
        HistoryCut.Refused => "refused",
        _ => "server",
    }));

    private static string Tag(Suppression reason) => reason switch
    {
        Suppression.Chance => "chance",
        Suppression.Paused => "paused",
        Suppression.Unwatched => "unwatched",
        Suppression.Cooldown => "cooldown",
        _ => "budget",
    };
}
