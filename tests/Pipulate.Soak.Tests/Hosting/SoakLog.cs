using System.Collections.Concurrent;

namespace Pipulate.Soak.Hosting;

/// <summary>What all pages of a soak saw: counts, and everything that was not as it must be.</summary>
internal sealed class SoakLog
{
    private const int MaxFaults = 20;

    private readonly ConcurrentQueue<string> _faults = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private readonly ConcurrentBag<TimeSpan> _lags = [];
    private long _bytes;

    public IReadOnlyList<string> Faults => [.. _faults];

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Such as "reset 120, goodbye 130".</summary>
    public string Counts =>
        string.Join(", ", _counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => $"{count.Key} {count.Value}"));

    /// <summary>How long after an answer's end pages saw it, by rank.</summary>
    public string Lags =>
        $"{RankOf(0.5).TotalMilliseconds:0} ms (half of the pages), {RankOf(0.99).TotalMilliseconds:0} ms (all but one in a hundred), "
            + $"{RankOf(1).TotalMilliseconds:0} ms (all)";

    public TimeSpan LatestButOneInAHundred => RankOf(0.99);

    public int this[string what] => _counts.GetValueOrDefault(what);

    public void Count(string what, int times = 1) => _counts.AddOrUpdate(what, times, (_, before) => before + times);

    public void NoteLag(TimeSpan lag) => _lags.Add(lag);

    public void CountBytes(long bytes) => Interlocked.Add(ref _bytes, bytes);

    public void Fault(string what)
    {
        if (_faults.Count < MaxFaults)
        {
            _faults.Enqueue(what);
        }
    }

    private TimeSpan RankOf(double share)
    {
        var sorted = _lags.Order().ToList();
        return sorted.Count == 0 ? TimeSpan.Zero : sorted[(int)(share * (sorted.Count - 1))];
    }
}
