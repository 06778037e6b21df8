namespace Pipulate.Threading;

/// <summary>
/// Cancels a send that takes too long. It costs nothing while sends are quick, because one source serves until it is cancelled.
/// </summary>
internal sealed class SendTimeout(TimeSpan limit, TimeProvider time, CancellationToken gone) : IDisposable
{
    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(gone);
    private ITimer? _timer;
    private bool _expired;

    /// <summary>
    /// Gets a value indicating whether a send has taken too long: which exception it throws then depends on which side notices first.
    /// </summary>
    public bool HasExpired => Volatile.Read(ref _expired);

    public CancellationToken Start()
    {
        _timer ??= time.CreateTimer(
            static timer => ((SendTimeout)timer!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(limit, Timeout.InfiniteTimeSpan);
        return _source.Token;
    }

    public void Stop() => _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _timer?.Dispose();
        _source.Dispose();
    }

    private void Expire()
    {
        Volatile.Write(ref _expired, true);
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The page has disconnected at this moment: a timer that is disposed of may still be firing.
        }
    }
}
