using Pipulate.Security;
namespace Pipulate.Connections;

/// <summary>A page's place among those that may be connected at once. Giving it up twice is harmless.</summary>
internal sealed class ConnectionLease(Visitor visitor, Action giveUp) : IDisposable
{
    private Action? _giveUp = giveUp;

    /// <summary>Whose page it is.</summary>
    public Visitor Visitor { get; } = visitor;

    public void Dispose() => Interlocked.Exchange(ref _giveUp, null)?.Invoke();
}
