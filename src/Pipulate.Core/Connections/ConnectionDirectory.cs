namespace Pipulate.Connections;

/// <summary>
/// Holds the connections of this node, those of the other nodes as far as they have been announced, their groups, and the presence of
/// their visitors.
/// </summary>
/// <remarks>
/// Thread-safe: one lock guards all of it, so that a connection is in all of the lists or in none. What is read under the lock is copied.
/// </remarks>
internal sealed class ConnectionDirectory(TimeProvider time, IRemoteConnections nodes)
{
    private readonly Lock _gate = new();
    private readonly ConnectionIndex<ChatConnection> _local = new();
    private readonly ConnectionIndex<RemoteConnection> _remote = new();
    private readonly PresenceTracker _presence = new(time);
    private bool _draining;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _local.All.Count + _remote.All.Count;
            }
        }
    }

    public bool IsDraining
    {
        get
        {
            lock (_gate)
            {
                return _draining;
            }
        }
    }

    public int GroupCount
    {
        get
        {
            lock (_gate)
            {
                return _local.GroupCount;
            }
        }
    }

    public int CountOf(ChatAudience audience)
    {
        lock (_gate)
        {
            return _local.Of(audience).Count + _remote.Of(audience).Count;
        }
    }

    public int CountRemote(ChatAudience audience)
    {
        lock (_gate)
        {
            return _remote.Of(audience).Count;
        }
    }

    public IReadOnlyList<ChatConnectionInfo> List(ChatAudience audience)
    {
        lock (_gate)
        {
            return [.. InfoOf(audience)];
        }
    }

    /// <summary>Lists the connections of this node.</summary>
    public IReadOnlyList<ChatConnection> ListLocal(ChatAudience audience)
    {
        lock (_gate)
        {
            return [.. _local.Of(audience)];
        }
    }

    /// <summary>Lists the connections of this node that show any of an owner's conversations.</summary>
    public IReadOnlyList<ChatConnection> ListLocalOfOwner(string owner)
    {
        lock (_gate)
        {
            return [.. _local.OfOwner(owner)];
        }
    }

    /// <summary>Lists the visitors of an audience, each once, those that have been present longest first.</summary>
    public IReadOnlyList<ChatPresence> ListVisitors(ChatAudience audience)
    {
        lock (_gate)
        {
            return
            [
                .. InfoOf(audience)
                    .GroupBy(PresenceTracker.VisitorOf)
                    .Select(visitor => (First: visitor.First(), Count: visitor.Count()))
                    .Select(visitor => new ChatPresence(
                        visitor.First.Conversation, visitor.First.UserId, visitor.Count, _presence.Since(visitor.First)))
                    .OrderBy(visitor => visitor.Since),
            ];
        }
    }

    /// <summary>Adds a connection of this node.</summary>
    /// <returns>Whether it is accepted; once the node drains, it is to be closed.</returns>
    public bool Add(ChatConnection connection)
    {
        lock (_gate)
        {
            _local.Add(connection);
            _presence.Add(connection.Info);
            return !_draining;
        }
    }

    /// <summary>Removes a connection of this node.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Remove(ChatConnection connection)
    {
        lock (_gate)
        {
            if (_local.Remove(connection.Info.Id) is null)
            {
                return false;
            }

            _presence.Remove(connection.Info);
            return true;
        }
    }

    /// <summary>Accepts no further connections.</summary>
    /// <returns>Those that are open.</returns>
    public IReadOnlyList<ChatConnection> Drain()
    {
        lock (_gate)
        {
            _draining = true;
            return [.. _local.All];
        }
    }

    /// <summary>Adds a connection to a group, here or by a request to its node.</summary>
    /// <returns>Whether it is in the group now, and whether a connection of this node has changed.</returns>
    public (bool IsMember, bool Changed) Join(string id, string group)
    {
        lock (_gate)
        {
            if (_local.Find(id) is { } connection)
            {
                return (true, _local.Join(connection, group));
            }

            if (_remote.Find(id) is not { } other)
            {
                return (false, false);
            }

            // It counts as a member at once, although its own node decides. The request is made under the lock, so that requests leave in
            // the order of the changes here; it only queues a message.
            if (_remote.Join(other, group))
            {
                nodes.SetGroup(id, group, joins: true);
            }

            return (true, false);
        }
    }

    /// <summary>Removes a connection from a group, here or by a request to its node.</summary>
    /// <returns>Whether it was in the group, and whether a connection of this node has changed.</returns>
    public (bool WasMember, bool Changed) Leave(string id, string group)
    {
        lock (_gate)
        {
            if (_local.Find(id) is { } connection)
            {
                var left = _local.Leave(connection, group);
                return (left, left);
            }

            if (_remote.Find(id) is not { } other || !_remote.Leave(other, group))
            {
                return (false, false);
            }

            nodes.SetGroup(id, group, joins: false);
            return (true, false);
        }
    }

    /// <summary>Gets what the other nodes are to know of a connection of this node; null where it is closed.</summary>
    public (ConnectionDescriptor Descriptor, string[] Groups)? Describe(string id)
    {
        lock (_gate)
        {
            return _local.Find(id) is { } connection
                ? (new ConnectionDescriptor(connection.Info, _presence.Since(connection.Info)), [.. connection.Groups])
                : null;
        }
    }

    /// <summary>Adds a connection of another node, in no group yet. One that is known stays in its groups.</summary>
    public void AddRemote(ConnectionDescriptor descriptor)
    {
        lock (_gate)
        {
            var known = _remote.Find(descriptor.Info.Id);
            _presence.Add(descriptor.Info, descriptor.Since);
            if (known is null)
            {
                _remote.Add(new RemoteConnection(descriptor.Info));
            }
            else
            {
                _presence.Remove(known.Info);
            }
        }
    }

    /// <summary>Records the groups of another node's connection, as that node has announced them.</summary>
    public void SetRemoteGroup(string id, string group, bool joins)
    {
        lock (_gate)
        {
            if (_remote.Find(id) is { } connection)
            {
                _ = joins ? _remote.Join(connection, group) : _remote.Leave(connection, group);
            }
        }
    }

    public void RemoveRemote(string id)
    {
        lock (_gate)
        {
            if (_remote.Remove(id) is { } connection)
            {
                _presence.Remove(connection.Info);
            }
        }
    }

    /// <summary>Enumerates without a copy; to be called under the lock.</summary>
    private IEnumerable<ChatConnectionInfo> InfoOf(ChatAudience audience) =>
        _local.Of(audience).Select(connection => connection.Info).Concat(_remote.Of(audience).Select(connection => connection.Info));
}
