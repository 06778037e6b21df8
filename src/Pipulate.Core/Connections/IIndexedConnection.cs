namespace Pipulate.Connections;

/// <summary>An open page, on this node or another.</summary>
internal interface IIndexedConnection
{
    ChatConnectionInfo Info { get; }

    /// <summary>The groups that it is in. The registry's, under its lock.</summary>
    HashSet<string> Groups { get; }
}
