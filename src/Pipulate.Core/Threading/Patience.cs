namespace Pipulate.Threading;

/// <summary>A timer that cancels one wait at a time; it rests while the consumer is busy with what came.</summary>
internal sealed class Patience : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _linked;
    private readonly CancellationToken _caller;

    public Patience(TimeProvider timeProvider, CancellationToken caller)
    {
        _caller = caller;
        _timer = new CancellationTokenSource(Timeout.InfiniteTimeSpan, timeProvider);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(caller, _timer.Token);
    }

    public CancellationToken Token => _linked.Token;

    public bool RanOut => _timer.IsCancellationRequested && !_caller.IsCancellationRequested;

    public void Arm(TimeSpan time) => _timer.CancelAfter(time);

    public void Rest() => _timer.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _linked.Dispose();
        _timer.Dispose();
    }
}
