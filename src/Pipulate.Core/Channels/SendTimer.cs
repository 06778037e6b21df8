namespace Pipulate.Channels;

/// <summary>A time limit for each send that costs nothing while sends are quick: one source serves until it fires.</summary>
internal sealed class SendTimer(TimeSpan limit, TimeProvider time, CancellationToken gone) : IDisposable
{
    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(gone);
    private ITimer? _timer;

    public CancellationToken Start()
    {
        _timer ??= time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), _source, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(limit, Timeout.InfiniteTimeSpan);
        return _source.Token;
    }

    public void Stop() => _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _timer?.Dispose();
        _source.Dispose();
    }
}
