using Pipulate.Rendering;

namespace Pipulate.Channels;

/// <summary>Who is connected, by id, conversation, user and group.</summary>
internal sealed class ConnectionRegistry : IConnectionRegistry
{
    private static readonly HashSet<ChatConnection> None = [];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ChatConnection> _connections = [];
    private readonly Dictionary<ConversationId, HashSet<ChatConnection>> _byConversation = [];
    private readonly Dictionary<string, HashSet<ChatConnection>> _byOwner = [];
    private readonly Dictionary<string, HashSet<ChatConnection>> _byUser = [];
    private readonly Dictionary<string, HashSet<ChatConnection>> _byGroup = [];
    private readonly PresenceLog _presence;
    private bool _draining;

    public ConnectionRegistry(PanelStatus status, TimeProvider time)
    {
        _presence = new PresenceLog(time);
        status.Changed += WakeAll;
    }

    /// <summary>Other pages are here, or in other groups, than before. Raised outside the lock; who listens must be quick.</summary>
    public event Action? Changed;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>Whether nobody is let in any more.</summary>
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

    /// <summary>How many groups somebody is in.</summary>
    public int GroupCount
    {
        get
        {
            lock (_gate)
            {
                return _byGroup.Count;
            }
        }
    }

    public IReadOnlyList<ChatConnectionInfo> GetConnections(ChatAudience audience) =>
        [.. Find(audience).Select(connection => connection.Info)];

    public int GetCount(ChatAudience audience)
    {
        lock (_gate)
        {
            return PagesOf(audience).Count;
        }
    }

    public IReadOnlyList<ChatPresence> GetPresence(ChatAudience audience)
    {
        lock (_gate)
        {
            return
            [
                .. PagesOf(audience).Select(connection => connection.Info)
                    .GroupBy(PresenceLog.VisitorOf)
                    .Select(pages => (Page: pages.First(), Count: pages.Count()))
                    .Select(visitor => new ChatPresence(visitor.Page.Conversation, visitor.Page.UserId, visitor.Count, _presence.Since(visitor.Page)))
                    .OrderBy(visitor => visitor.Since),
            ];
        }
    }

    public bool AddToGroup(string connectionId, string group)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionId);
        ArgumentException.ThrowIfNullOrEmpty(group);
        lock (_gate)
        {
            if (!_connections.TryGetValue(connectionId, out var connection))
            {
                return false;
            }

            if (!connection.Groups.Add(group))
            {
                return true;
            }

            AddTo(_byGroup, group, connection);
        }

        Changed?.Invoke();
        return true;
    }

    public bool RemoveFromGroup(string connectionId, string group)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionId);
        ArgumentException.ThrowIfNullOrEmpty(group);
        lock (_gate)
        {
            if (!_connections.TryGetValue(connectionId, out var connection) || !connection.Groups.Remove(group))
            {
                return false;
            }

            RemoveFrom(_byGroup, group, connection);
        }

        Changed?.Invoke();
        return true;
    }

    public int Disconnect(ChatAudience audience)
    {
        var pages = Find(audience);
        foreach (var connection in pages)
        {
            connection.Close(CloseReason.PolicyViolation);
        }

        return pages.Count;
    }

    public void Add(ChatConnection connection)
    {
        bool draining;
        lock (_gate)
        {
            draining = _draining;
            _connections.Add(connection.Info.Id, connection);
            AddTo(_byConversation, connection.Info.Conversation, connection);
            AddTo(_byOwner, connection.Info.Conversation.Owner, connection);
            _presence.Add(connection.Info);
            if (connection.Info.UserId is { } user)
            {
                AddTo(_byUser, user, connection);
            }
        }

        connection.Conversation.Watchers.Add(connection);
        if (draining)
        {
            connection.Close(CloseReason.Restarting);
        }

        Changed?.Invoke();
    }

    public void Remove(ChatConnection connection)
    {
        connection.Conversation.Watchers.Remove(connection);
        lock (_gate)
        {
            if (!_connections.Remove(connection.Info.Id))
            {
                return;
            }

            RemoveFrom(_byConversation, connection.Info.Conversation, connection);
            RemoveFrom(_byOwner, connection.Info.Conversation.Owner, connection);
            _presence.Remove(connection.Info);
            if (connection.Info.UserId is { } user)
            {
                RemoveFrom(_byUser, user, connection);
            }

            foreach (var group in connection.Groups)
            {
                RemoveFrom(_byGroup, group, connection);
            }
        }

        Changed?.Invoke();
    }

    public IReadOnlyList<ChatConnection> Find(ChatAudience audience)
    {
        lock (_gate)
        {
            return [.. PagesOf(audience)];
        }
    }

    /// <summary>The pages that show any of an owner's conversations.</summary>
    public IReadOnlyList<ChatConnection> FindOwnedBy(string owner)
    {
        lock (_gate)
        {
            return [.. _byOwner.GetValueOrDefault(owner, None)];
        }
    }

    /// <summary>Lets nobody in any more.</summary>
    /// <returns>Those who are still to be sent away; who was just coming in is sent away at once.</returns>
    public IReadOnlyList<ChatConnection> Drain()
    {
        lock (_gate)
        {
            _draining = true;
            return [.. _connections.Values];
        }
    }

    /// <summary>The pages themselves and no copy: looked at under the lock only.</summary>
    private IReadOnlyCollection<ChatConnection> PagesOf(ChatAudience audience) => audience switch
    {
        { Kind: AudienceKind.Everyone } => _connections.Values,
        { Kind: AudienceKind.Conversation, Name: { } name } => _byConversation.GetValueOrDefault(new ConversationId(name), None),
        { Kind: AudienceKind.User, Name: { } name } => _byUser.GetValueOrDefault(name, None),
        { Kind: AudienceKind.Group, Name: { } name } => _byGroup.GetValueOrDefault(name, None),
        { Kind: AudienceKind.Connection, Name: { } name } when _connections.TryGetValue(name, out var connection) => [connection],
        _ => None,
    };

    private static void AddTo<TKey>(Dictionary<TKey, HashSet<ChatConnection>> lists, TKey key, ChatConnection connection)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out var list))
        {
            lists[key] = list = [];
        }

        list.Add(connection);
    }

    private static void RemoveFrom<TKey>(Dictionary<TKey, HashSet<ChatConnection>> lists, TKey key, ChatConnection connection)
        where TKey : notnull
    {
        if (lists.TryGetValue(key, out var list) && list.Remove(connection) && list.Count == 0)
        {
            lists.Remove(key);
        }
    }

    private void WakeAll()
    {
        foreach (var connection in Find(ChatAudience.Everyone))
        {
            connection.Wake();
        }
    }
}
