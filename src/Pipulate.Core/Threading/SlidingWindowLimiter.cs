namespace Pipulate.Threading;

/// <summary>
/// Permits a number of events in any minute; zero is no limit. The framework's rate limiters keep their own clock, and this one must be the
/// scheduler's.
/// </summary>
internal sealed class SlidingWindowLimiter(int limit, TimeProvider time)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Queue<long> _spent = new();
    private readonly Lock _gate = new();

    /// <summary>Gets how long to wait for a permit; zero when there is one now.</summary>
    public TimeSpan Delay
    {
        get
        {
            lock (_gate)
            {
                while (_spent.TryPeek(out var oldest) && time.GetElapsedTime(oldest) >= Minute)
                {
                    _spent.Dequeue();
                }

                return limit == 0 || _spent.Count < limit ? TimeSpan.Zero : Minute - time.GetElapsedTime(_spent.Peek());
            }
        }
    }

    public void Record()
    {
        if (limit > 0)
        {
            lock (_gate)
            {
                _spent.Enqueue(time.GetTimestamp());
            }
        }
    }
}
