using Pipulate.Security;
namespace Pipulate.Connections;

/// <summary>Represents the place of a connection within the limits. Disposing it twice is harmless.</summary>
internal sealed class ConnectionLease(Visitor visitor, Action giveUp) : IDisposable
{
    private Action? _giveUp = giveUp;

    /// <summary>Gets the connection's visitor.</summary>
    public Visitor Visitor { get; } = visitor;

    public void Dispose() => Interlocked.Exchange(ref _giveUp, null)?.Invoke();
}
