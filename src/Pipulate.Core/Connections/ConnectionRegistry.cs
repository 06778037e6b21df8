using Pipulate.Rendering;

namespace Pipulate.Connections;

/// <summary>Who is connected: to this node, and as far as this one was told, to the others.</summary>
internal sealed class ConnectionRegistry : IConnectionRegistry
{
    /// <summary>Fits into any message between nodes.</summary>
    private const int LongestGroup = 200;

    private readonly Lock _gate = new();
    private readonly ConnectionIndex<ChatConnection> _here = new();
    private readonly ConnectionIndex<RemoteConnection> _elsewhere = new();
    private readonly PresenceTracker _presence;
    private readonly IRemoteConnections _remote;
    private bool _draining;

    public ConnectionRegistry(PanelStatus status, TimeProvider time, IRemoteConnections remote)
    {
        _presence = new PresenceTracker(time);
        _remote = remote;
        status.Changed += WakeAll;
    }

    /// <summary>
    /// Other pages are here, or in other groups, than before, or a node is gone with its own. Of what changes on another node that one
    /// tells. Raised outside the lock; who listens must be quick.
    /// </summary>
    public event Action? Changed;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _here.All.Count + _elsewhere.All.Count;
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
                return _here.GroupCount;
            }
        }
    }

    public IReadOnlyList<ChatConnectionInfo> GetConnections(ChatAudience audience)
    {
        lock (_gate)
        {
            return [.. PagesOf(audience)];
        }
    }

    public int GetCount(ChatAudience audience)
    {
        lock (_gate)
        {
            return _here.Of(audience).Count + _elsewhere.Of(audience).Count;
        }
    }

    public IReadOnlyList<ChatPresence> GetPresence(ChatAudience audience)
    {
        lock (_gate)
        {
            return
            [
                .. PagesOf(audience)
                    .GroupBy(PresenceTracker.VisitorOf)
                    .Select(pages => (Page: pages.First(), Count: pages.Count()))
                    .Select(visitor =>
                        new ChatPresence(visitor.Page.Conversation, visitor.Page.UserId, visitor.Count, _presence.Since(visitor.Page)))
                    .OrderBy(visitor => visitor.Since),
            ];
        }
    }

    public bool AddToGroup(string connectionId, string group)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionId);
        ArgumentException.ThrowIfNullOrEmpty(group);
        if (group.Length > LongestGroup)
        {
            throw new ArgumentException(
                $"A group's name has at most {LongestGroup} characters; this one has {group.Length}.", nameof(group));
        }

        lock (_gate)
        {
            if (_here.Find(connectionId) is not { } page)
            {
                // Known as a member at once; its own node has the last word.
                return _elsewhere.Find(connectionId) is { } other
                    && (!_elsewhere.Join(other, group) || Ask(connectionId, group, joins: true));
            }

            if (!_here.Join(page, group))
            {
                return true;
            }
        }

        NoteChanged(connectionId);
        return true;
    }

    public bool RemoveFromGroup(string connectionId, string group)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionId);
        ArgumentException.ThrowIfNullOrEmpty(group);
        lock (_gate)
        {
            if (_here.Find(connectionId) is not { } page)
            {
                return _elsewhere.Find(connectionId) is { } other
                    && _elsewhere.Leave(other, group)
                    && Ask(connectionId, group, joins: false);
            }

            if (!_here.Leave(page, group))
            {
                return false;
            }
        }

        NoteChanged(connectionId);
        return true;
    }

    public int Disconnect(ChatAudience audience)
    {
        int elsewhere;
        lock (_gate)
        {
            elsewhere = _elsewhere.Of(audience).Count;
        }

        _remote.Disconnect(audience);
        return DisconnectLocal(audience) + elsewhere;
    }

    public int DisconnectLocal(ChatAudience audience)
    {
        var pages = Find(audience);
        foreach (var connection in pages)
        {
            connection.Close(CloseReason.PolicyViolation);
        }

        return pages.Count;
    }

    /// <summary>
    /// Has the pages of a user, or of the owner of a conversation, connect again on all nodes: who that was has signed in or out.
    /// </summary>
    public void Vacate(ChatAudience audience)
    {
        VacateLocal(audience);
        _remote.Vacate(audience);
    }

    /// <summary>Takes nothing from those pages of this node any more that are about to be vacated.</summary>
    public void StopAccepting(ChatAudience audience)
    {
        foreach (var page in PagesToVacate(audience))
        {
            page.StopAccepting();
        }
    }

    public void VacateLocal(ChatAudience audience)
    {
        foreach (var page in PagesToVacate(audience))
        {
            page.Vacate();
        }
    }

    private IReadOnlyList<ChatConnection> PagesToVacate(ChatAudience audience) =>
        audience.Kind is AudienceKind.Conversation ? FindOwnedBy(new ConversationId(audience.Name!).Owner) : Find(audience);

    /// <summary>
    /// Sends the pages of deleted conversations away: those that showed a visitor's first one come back to an empty one; the others have
    /// nothing to come back to.
    /// </summary>
    public static void CloseAll(IEnumerable<ChatConnection> pages)
    {
        foreach (var page in pages)
        {
            page.Close(page.Info.Conversation.Name is null ? CloseReason.Restarting : CloseReason.PolicyViolation);
        }
    }

    /// <summary>Sends a fragment to the pages of an audience, on all nodes.</summary>
    public void Send(ChatAudience audience, ReadOnlyMemory<byte> fragment)
    {
        if (SendLocal(audience, fragment) == 0 || audience.Kind is not AudienceKind.Connection)
        {
            _remote.Send(audience, fragment);
        }
    }

    /// <returns>How many pages get it.</returns>
    public int SendLocal(ChatAudience audience, ReadOnlyMemory<byte> fragment)
    {
        var pages = Find(audience);
        foreach (var connection in pages)
        {
            connection.Send(fragment);
        }

        return pages.Count;
    }

    public void Add(ChatConnection connection)
    {
        bool draining;
        lock (_gate)
        {
            draining = _draining;
            _here.Add(connection);
            _presence.Add(connection.Info);
        }

        connection.Conversation.Viewers.Add(connection);
        if (draining)
        {
            connection.Close(CloseReason.Restarting);
        }

        NoteChanged(connection.Info.Id);
    }

    public void Remove(ChatConnection connection)
    {
        connection.Conversation.Viewers.Remove(connection);
        lock (_gate)
        {
            if (_here.Remove(connection.Info.Id) is null)
            {
                return;
            }

            _presence.Remove(connection.Info);
        }

        NoteChanged(connection.Info.Id);
    }

    /// <summary>The pages of this node.</summary>
    public IReadOnlyList<ChatConnection> Find(ChatAudience audience)
    {
        lock (_gate)
        {
            return [.. _here.Of(audience)];
        }
    }

    /// <summary>The pages of this node that show any of an owner's conversations.</summary>
    public IReadOnlyList<ChatConnection> FindOwnedBy(string owner)
    {
        lock (_gate)
        {
            return [.. _here.OfOwner(owner)];
        }
    }

    /// <summary>Lets nobody in any more.</summary>
    /// <returns>Those who are still to be sent away; who was just coming in is sent away at once.</returns>
    public IReadOnlyList<ChatConnection> Drain()
    {
        lock (_gate)
        {
            _draining = true;
            return [.. _here.All];
        }
    }

    /// <summary>What the other nodes are told of a page of this one, and the groups that it is in; null where it is gone.</summary>
    public (ConnectionDescriptor Card, string[] Groups)? Describe(string id)
    {
        lock (_gate)
        {
            return _here.Find(id) is { } page ? (new ConnectionDescriptor(page.Info, _presence.Since(page.Info)), [.. page.Groups]) : null;
        }
    }

    /// <summary>A page of another node is there, in no group yet; one that is known stays in its groups.</summary>
    public void AddRemote(ConnectionDescriptor card)
    {
        lock (_gate)
        {
            var page = _elsewhere.Find(card.Info.Id);
            _presence.Add(card.Info, card.Since);
            if (page is null)
            {
                _elsewhere.Add(new RemoteConnection(card.Info));
            }
            else
            {
                _presence.Remove(page.Info);
            }
        }
    }

    public void SetRemoteGroup(string id, string group, bool joins)
    {
        lock (_gate)
        {
            if (_elsewhere.Find(id) is { } page)
            {
                _ = joins ? _elsewhere.Join(page, group) : _elsewhere.Leave(page, group);
            }
        }
    }

    public void RemoveRemote(string id)
    {
        lock (_gate)
        {
            if (_elsewhere.Remove(id) is { } page)
            {
                _presence.Remove(page.Info);
            }
        }
    }

    /// <summary>What is known of another node has changed otherwise than by its telling of it.</summary>
    public void NotifyRemoteChanged() => Changed?.Invoke();

    private void NoteChanged(string id)
    {
        _remote.NoteChanged(id);
        Changed?.Invoke();
    }

    private bool Ask(string id, string group, bool joins)
    {
        _remote.SetGroup(id, group, joins);
        return true;
    }

    /// <summary>Looked at under the lock only.</summary>
    private IEnumerable<ChatConnectionInfo> PagesOf(ChatAudience audience) =>
        _here.Of(audience).Select(page => page.Info).Concat(_elsewhere.Of(audience).Select(page => page.Info));

    private void WakeAll()
    {
        foreach (var connection in Find(ChatAudience.Everyone))
        {
            connection.NotifyChanged();
        }
    }
}
