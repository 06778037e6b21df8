namespace Pipulate.Connections;

/// <summary>An open page of another node.</summary>
internal sealed class RemoteConnection(ChatConnectionInfo info) : IIndexedConnection
{
    public ChatConnectionInfo Info { get; } = info;

    public HashSet<string> Groups { get; } = [];
}
