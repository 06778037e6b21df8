using System.Collections.Concurrent;
using System.Diagnostics;
using Pipulate.Telemetry;

namespace Pipulate.Tests.Telemetry;

/// <summary>
/// The spans that ended which answer to one trace. Hosts of other tests are heard too, for a source is the whole process's.
/// </summary>
internal sealed class RecordedSpans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ActivityListener _listener;

    public RecordedSpans()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ReplyTracing.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>The trace in which the test does what it does.</summary>
    public ActivityTraceId Trace { get; } = ActivityTraceId.CreateRandom();

    /// <summary>The header by which a request becomes a part of <see cref="Trace"/>.</summary>
    public string Header => $"00-{Trace}-{ActivitySpanId.CreateRandom()}-01";

    /// <summary>The spans of answers that are linked to <see cref="Trace"/>, in the order in which they ended.</summary>
    public IReadOnlyList<Activity> Answers => [.. _spans.Where(span => span.Links.Any(link => link.Context.TraceId == Trace))];

    /// <summary>The requests to the model in an answer.</summary>
    public IReadOnlyList<Activity> CallsOf(Activity answer) =>
        [.. _spans.Where(span => span.ParentSpanId == answer.SpanId && span.TraceId == answer.TraceId)];

    public async Task<Activity> AnswerAsync(int count = 1)
    {
        await Eventually.TrueAsync(() => Answers.Count >= count);
        return Answers[count - 1];
    }

    public void Dispose() => _listener.Dispose();
}
