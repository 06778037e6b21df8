using System.Diagnostics.Metrics;

namespace Pipulate.Telemetry;

/// <summary>
/// Records the measurements of the meter "Pipulate" (docs/operations.md). Tags have a few fixed values: neither a text of a user or a model
/// nor a name gets into one. Without a listener, each of these methods only reads a field.
/// </summary>
internal sealed class PipulateMetrics
{
    public const string MeterName = "Pipulate";

    // The buckets of OpenTelemetry's conventions: from 10 ms to 82 s.
    private static readonly InstrumentAdvice<double> Seconds =
        new() { HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92] };

    private static readonly InstrumentAdvice<long> Tokens =
        new()
        {
            HistogramBucketBoundaries = [
            1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864
        ]
        };

    private readonly TimeProvider _time;
    private readonly Counter<long> _suppressed;
    private readonly Counter<long> _merged;
    private readonly Counter<long> _cuts;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _evicted;
    private readonly Counter<long> _resyncs;
    private readonly Histogram<double> _waits;

    public PipulateMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(MeterName);
        _suppressed =
            meter.CreateCounter<long>("pipulate.commentary.suppressed", "{event}", "Events that were left without a comment, by reason.");
        _merged = meter.CreateCounter<long>("pipulate.commentary.merged", "{event}", "Events that shared another one's comment.");
        _cuts = meter.CreateCounter<long>(
            "pipulate.history.cuts",
            "{cut}",
            "How often the beginning of a conversation was left out of the prompt, by reason.");
        _waits = meter.CreateHistogram(
            "pipulate.answer.wait", "s", "How long what is answered had waited when the model's turn came.", tags: null, Seconds);
        _ended = meter.CreateCounter<long>("pipulate.answer.ended", "{answer}", "Answers that have ended, by how.");
        _refused = meter.CreateCounter<long>("pipulate.connection.refused", "{connection}", "Pages that were not let in, by reason.");
        _evicted =
            meter.CreateCounter<long>("pipulate.connection.evicted", "{connection}", "Connections that the server closed, by reason.");
        _resyncs = meter.CreateCounter<long>(
            "pipulate.connection.resyncs", "{resync}", "How often a page was brought up to date other than by what is new, by kind.");
        CallDuration =
            meter.CreateHistogram("gen_ai.client.operation.duration", "s", "How long a request to the model took.", tags: null, Seconds);
        CallFirstChunk = meter.CreateHistogram(
            "gen_ai.client.operation.time_to_first_chunk",
            "s",
            "How long the first of an answer took from the request on.",
            tags: null,
            Seconds);
        CallLaterChunk = meter.CreateHistogram(
            "gen_ai.client.operation.time_per_output_chunk",
            "s",
            "How long each later chunk of an answer took after the one before.",
            tags: null,
            Seconds);
        CallTokens = meter.CreateHistogram(
            "gen_ai.client.token.usage", "{token}", "Tokens that a request to the model has read and written.", tags: null, Tokens);
    }

    /// <summary>Gets a value indicating whether a listener wants any measurement of a request to the model.</summary>
    public bool IsCallListenedTo => CallDuration.Enabled || CallFirstChunk.Enabled || CallLaterChunk.Enabled || CallTokens.Enabled;

    public Histogram<double> CallDuration { get; }

    public Histogram<double> CallFirstChunk { get; }

    public Histogram<double> CallLaterChunk { get; }

    public Histogram<long> CallTokens { get; }

    public void Suppressed(SuppressionReason reason, int events) => _suppressed.Add(events, Reason(reason switch
    {
        SuppressionReason.Chance => "chance",
        SuppressionReason.Paused => "paused",
        SuppressionReason.Unwatched => "unwatched",
        SuppressionReason.Cooldown => "cooldown",
        _ => "budget",
    }));

    public void Truncated(TruncationReason reason) => _cuts.Add(1, Reason(reason switch
    {
        TruncationReason.Full => "full",
        TruncationReason.Refused => "refused",
        _ => "server",
    }));

    /// <summary>Counts a reply that begins.</summary>
    /// <param name="answersUser">Whether a user waits for it.</param>
    /// <param name="events">How many events it comments on.</param>
    /// <param name="since">When the first of what it answers came, as a timestamp; null where that is not known.</param>
    public void Begun(bool answersUser, int events, long? since)
    {
        if (events > 1)
        {
            _merged.Add(events - 1);
        }

        if (since is { } first && _waits.Enabled)
        {
            _waits.Record(_time.GetElapsedTime(first).TotalSeconds, Kind(ReplyTracing.KindOf(answersUser)));
        }
    }

    /// <summary>Counts a reply that has ended.</summary>
    public void Ended(bool answersUser, string outcome) =>
        _ended.Add(1, Kind(ReplyTracing.KindOf(answersUser)), new("outcome", outcome));

    /// <summary>Counts a connection that was not admitted.</summary>
    public void Refused(string reason) => _refused.Add(1, Reason(reason));

    /// <summary>Counts a connection that the server closed although the client would have kept it.</summary>
    public void Evicted(EvictionReason reason) => _evicted.Add(1, Reason(reason switch
    {
        EvictionReason.Slow => "slow",
        EvictionReason.Full => "full",
        _ => "message",
    }));

    /// <summary>Counts a connection that was brought up to date other than by what is new.</summary>
    public void Resynced(ResyncKind kind, int times = 1)
    {
        if (times > 0)
        {
            _resyncs.Add(times, Kind(kind switch
            {
                ResyncKind.Snapshot => "snapshot",
                ResyncKind.Resumed => "resumed",
                _ => "rewrite",
            }));
        }
    }

    private static KeyValuePair<string, object?> Reason(string reason) => new("reason", reason);

    private static KeyValuePair<string, object?> Kind(string kind) => new("kind", kind);
}
