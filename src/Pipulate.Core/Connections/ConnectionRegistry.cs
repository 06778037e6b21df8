using Pipulate.Rendering;

namespace Pipulate.Connections;

/// <summary>Lists the connections of all nodes, and sends to them: here directly, on the other nodes by a message.</summary>
internal sealed class ConnectionRegistry : IConnectionRegistry
{
    /// <summary>Fits into any message between nodes.</summary>
    private const int MaxGroupLength = 200;

    private readonly ConnectionDirectory _directory;
    private readonly LocalConnections _local;
    private readonly IRemoteConnections _remote;

    public ConnectionRegistry(PanelStatus status, TimeProvider time, IRemoteConnections remote)
    {
        _directory = new ConnectionDirectory(time, remote);
        _local = new LocalConnections(_directory);
        _remote = remote;
        status.Changed += _local.NotifyChanged;
    }

    /// <summary>
    /// Notifies that connections of this node have opened, closed or changed groups, or that another node has left with its connections.
    /// Other changes on another node are notified there. Raised outside the lock; handlers must be quick.
    /// </summary>
    public event Action? Changed;

    public int Count => _directory.Count;

    /// <summary>Gets a value indicating whether no further connections are accepted.</summary>
    public bool IsDraining => _directory.IsDraining;

    /// <summary>Gets the number of groups with a connection of this node.</summary>
    public int GroupCount => _directory.GroupCount;

    public IReadOnlyList<ChatConnectionInfo> GetConnections(ChatAudience audience) => _directory.List(audience);

    public int GetCount(ChatAudience audience) => _directory.CountOf(audience);

    public IReadOnlyList<ChatPresence> GetPresence(ChatAudience audience) => _directory.ListVisitors(audience);

    public bool AddToGroup(string connectionId, string group)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionId);
        ArgumentException.ThrowIfNullOrEmpty(group);
        if (group.Length > MaxGroupLength)
        {
            throw new ArgumentException(
                $"A group's name has at most {MaxGroupLength} characters; this one has {group.Length}.", nameof(group));
        }

        var (isMember, changed) = _directory.Join(connectionId, group);
        if (changed)
        {
            NotifyLocalChanged(connectionId);
        }

        return isMember;
    }

    public bool RemoveFromGroup(string connectionId, string group)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionId);
        ArgumentException.ThrowIfNullOrEmpty(group);
        var (wasMember, changed) = _directory.Leave(connectionId, group);
        if (changed)
        {
            NotifyLocalChanged(connectionId);
        }

        return wasMember;
    }

    public int Disconnect(ChatAudience audience)
    {
        var remote = _directory.CountRemote(audience);
        _remote.Disconnect(audience);
        return DisconnectLocal(audience) + remote;
    }

    public int DisconnectLocal(ChatAudience audience) => _local.Disconnect(audience);

    /// <summary>
    /// Makes the pages of a user, or of the owner of a conversation, reconnect on all nodes, because that visitor has signed in or out.
    /// </summary>
    public void Vacate(ChatAudience audience)
    {
        VacateLocal(audience);
        _remote.Vacate(audience);
    }

    public void VacateLocal(ChatAudience audience) => _local.Vacate(audience);

    /// <summary>Refuses further messages of the connections of this node that are about to be vacated.</summary>
    public void StopAccepting(ChatAudience audience) => _local.StopAccepting(audience);

    /// <summary>Closes connections of deleted conversations.</summary>
    public static void CloseAll(IEnumerable<ChatConnection> connections) => LocalConnections.CloseDeleted(connections);

    /// <summary>Sends a fragment to the pages of an audience, on all nodes.</summary>
    public void Send(ChatAudience audience, ReadOnlyMemory<byte> fragment)
    {
        if (SendLocal(audience, fragment) == 0 || audience.Kind is not AudienceKind.Connection)
        {
            _remote.Send(audience, fragment);
        }
    }

    /// <returns>How many connections get it.</returns>
    public int SendLocal(ChatAudience audience, ReadOnlyMemory<byte> fragment) => _local.Send(audience, fragment);

    /// <summary>Adds a connection of this node. Where the node drains, it is closed at once.</summary>
    public void Add(ChatConnection connection)
    {
        var accepted = _directory.Add(connection);
        connection.Conversation.Viewers.Add(connection);
        if (!accepted)
        {
            connection.Close(CloseReason.Restarting);
        }

        NotifyLocalChanged(connection.Info.Id);
    }

    /// <summary>Removes a connection of this node.</summary>
    public void Remove(ChatConnection connection)
    {
        connection.Conversation.Viewers.Remove(connection);
        if (_directory.Remove(connection))
        {
            NotifyLocalChanged(connection.Info.Id);
        }
    }

    /// <summary>Lists the connections of this node.</summary>
    public IReadOnlyList<ChatConnection> Find(ChatAudience audience) => _directory.ListLocal(audience);

    /// <summary>Lists the connections of this node that show any of an owner's conversations.</summary>
    public IReadOnlyList<ChatConnection> FindOwnedBy(string owner) => _directory.ListLocalOfOwner(owner);

    /// <summary>Accepts no further connections: those that are just opening are closed at once.</summary>
    /// <returns>The connections that are still to be closed.</returns>
    public IReadOnlyList<ChatConnection> Drain() => _directory.Drain();

    /// <summary>Gets what the other nodes are to know of a connection of this node; null where it is closed.</summary>
    public (ConnectionDescriptor Card, string[] Groups)? Describe(string id) => _directory.Describe(id);

    /// <summary>Adds a connection of another node, in no group yet. One that is known stays in its groups.</summary>
    public void AddRemote(ConnectionDescriptor card) => _directory.AddRemote(card);

    /// <summary>Records the groups of another node's connection, as that node has announced them.</summary>
    public void SetRemoteGroup(string id, string group, bool joins) => _directory.SetRemoteGroup(id, group, joins);

    public void RemoveRemote(string id) => _directory.RemoveRemote(id);

    /// <summary>Notifies that what is known of another node has changed otherwise than by its own announcement.</summary>
    public void NotifyRemoteChanged() => Changed?.Invoke();

    private void NotifyLocalChanged(string id)
    {
        _remote.NoteChanged(id);
        Changed?.Invoke();
    }
}
