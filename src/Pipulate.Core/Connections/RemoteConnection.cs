namespace Pipulate.Connections;

/// <summary>Represents an open connection of another node.</summary>
internal sealed class RemoteConnection(ChatConnectionInfo info) : IIndexedConnection
{
    public ChatConnectionInfo Info { get; } = info;

    public HashSet<string> Groups { get; } = [];
}
