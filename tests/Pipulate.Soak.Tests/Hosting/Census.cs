namespace Pipulate.Soak.Hosting;

/// <summary>
/// Remembers, without keeping them alive, the connections that it saw: a connection that something holds on to after its end is found,
/// however little memory it takes.
/// </summary>
internal sealed class Census : IDisposable
{
    private readonly Dictionary<string, WeakReference<ChatConnectionInfo>> _seen = [];
    private readonly Timer _looking;
    private readonly Lock _gate = new();

    public Census(IConnectionRegistry registry) =>
        _looking = new Timer(_ => Look(registry), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(500));

    /// <summary>How many of them are still in memory.</summary>
    public int CountAlive()
    {
        lock (_gate)
        {
            Assert.NotEmpty(_seen);
            return _seen.Values.Count(connection => connection.TryGetTarget(out _));
        }
    }

    public void Dispose() => _looking.Dispose();

    private void Look(IConnectionRegistry registry)
    {
        lock (_gate)
        {
            foreach (var connection in registry.GetConnections(ChatAudience.Everyone))
            {
                _seen.TryAdd(connection.Id, new WeakReference<ChatConnectionInfo>(connection));
            }
        }
    }
}
