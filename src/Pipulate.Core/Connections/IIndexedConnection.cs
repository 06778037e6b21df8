namespace Pipulate.Connections;

/// <summary>Represents an open connection, on this node or another.</summary>
internal interface IIndexedConnection
{
    ChatConnectionInfo Info { get; }

    /// <summary>Gets the groups of the connection; to be used under the lock of <see cref="ConnectionDirectory"/>.</summary>
    HashSet<string> Groups { get; }
}
