namespace Pipulate.Threading;

/// <summary>A time limit for each send that costs nothing while sends are quick: one source serves until it fires.</summary>
internal sealed class SendTimeout(TimeSpan limit, TimeProvider time, CancellationToken gone) : IDisposable
{
    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(gone);
    private ITimer? _timer;
    private bool _expired;

    /// <summary>Whether a send has taken too long: what it then throws depends on who notices first.</summary>
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
            // The page has gone in this moment: a timer that is disposed of may still be firing.
        }
    }
}
