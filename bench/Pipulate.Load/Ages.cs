namespace Pipulate.Load;

/// <summary>How old tokens are when they arrive, in buckets of a tenth of a millisecond. Thread-safe.</summary>
internal sealed class Ages
{
    private const int Microseconds = 100;
    private readonly int[] _buckets = new int[100_001];

    public void Note(long microseconds) =>
        Interlocked.Increment(ref _buckets[Math.Clamp(microseconds / Microseconds, 0, _buckets.Length - 1)]);

    public void Clear() => Array.Clear(_buckets);

    public long Count => _buckets.Sum(bucket => (long)bucket);

    /// <summary>The age in milliseconds that this part of all tokens does not exceed.</summary>
    public double Percentile(double part)
    {
        var wanted = (long)(Count * part);
        var seen = 0L;
        for (var i = 0; i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            if (seen > wanted)
            {
                return i * Microseconds / 1_000.0;
            }
        }

        return double.NaN;
    }

    /// <summary>Which part was no older than this.</summary>
    public double Within(double milliseconds, long expected) =>
        _buckets.Take((int)(milliseconds * 1_000 / Microseconds)).Sum(bucket => (long)bucket) / (double)expected;
}
