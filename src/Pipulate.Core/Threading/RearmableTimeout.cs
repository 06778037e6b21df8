namespace Pipulate.Threading;

/// <summary>Cancels one wait at a time after a delay; it rests while the consumer is busy with what arrived.</summary>
internal sealed class RearmableTimeout : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _linked;
    private readonly CancellationToken _caller;

    public RearmableTimeout(TimeProvider timeProvider, CancellationToken caller)
    {
        _caller = caller;
        _timer = new CancellationTokenSource(Timeout.InfiniteTimeSpan, timeProvider);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(caller, _timer.Token);
    }

    public CancellationToken Token => _linked.Token;

    public bool HasExpired => _timer.IsCancellationRequested && !_caller.IsCancellationRequested;

    public void Arm(TimeSpan time) => _timer.CancelAfter(time);

    public void Disarm() => _timer.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _linked.Dispose();
        _timer.Dispose();
    }
}
