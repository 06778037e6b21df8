using Pipulate.Security;
namespace Pipulate.Connections;

/// <summary>Represents a page's place among those that may be connected at once. Disposing it twice is harmless.</summary>
internal sealed class ConnectionLease(Visitor visitor, Action giveUp) : IDisposable
{
    private Action? _giveUp = giveUp;

    /// <summary>Gets the visitor that has the page.</summary>
    public Visitor Visitor { get; } = visitor;

    public void Dispose() => Interlocked.Exchange(ref _giveUp, null)?.Invoke();
}
