using System.Diagnostics;

namespace Pipulate.FakeOllama.Chat;

/// <summary>Stopwatch timestamps and counts of one answer; the wire wants nanoseconds.</summary>
internal sealed class AnswerMetrics
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _loaded;
    private long _firstToken;

    public string DoneReason { get; set; } = "stop";

    public int PromptTokens { get; init; }

    public int Tokens { get; set; }

    public long Load => Nanoseconds(_started, _loaded);

    public long PromptEval => Nanoseconds(_loaded, _firstToken);

    public long Eval(long now) => Math.Max(1, Nanoseconds(_firstToken, now));

    public long Total(long now) => Nanoseconds(_started, now);

    public void Loaded() => _loaded = _firstToken = Stopwatch.GetTimestamp();

    public void PromptRead() => _firstToken = Stopwatch.GetTimestamp();

    private static long Nanoseconds(long from, long to) => (long)((to - from) * (1e9 / Stopwatch.Frequency));
}
