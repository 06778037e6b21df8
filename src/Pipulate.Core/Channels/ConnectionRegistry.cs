using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Pipulate.Rendering;

namespace Pipulate.Channels;

/// <summary>Who is connected, by id, conversation and user; and the place where too many are refused.</summary>
internal sealed class ConnectionRegistry : IConnectionRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ChatConnection> _connections = [];
    private readonly Dictionary<ConversationId, HashSet<ChatConnection>> _byConversation = [];
    private readonly Dictionary<string, HashSet<ChatConnection>> _byUser = [];
    private readonly PipulateLimits _limits;
    private bool _draining;

    public ConnectionRegistry(PanelStatus status, IOptions<PipulateOptions> options)
    {
        _limits = options.Value.Limits;
        status.Changed += WakeAll;
    }

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

    public IReadOnlyList<ChatConnectionInfo> GetConnections(ChatAudience audience) =>
        [.. Find(audience).Select(connection => connection.Info)];

    /// <summary>Whether one more page may connect now. Asked before the handshake is answered, because a refusal after it makes htmx come back at once, for ever.</summary>
    public Admission Admit(ConversationId conversation, ConversationScope scope)
    {
        lock (_gate)
        {
            if (_draining || _connections.Count >= _limits.Connections)
            {
                return Admission.ServerFull;
            }

            var visitorFull = scope is ConversationScope.PerVisitor
                && _byConversation.TryGetValue(conversation, out var pages)
                && pages.Count >= _limits.ConnectionsPerVisitor;
            return visitorFull ? Admission.VisitorFull : Admission.Granted;
        }
    }

    public void Add(ChatConnection connection)
    {
        bool draining;
        lock (_gate)
        {
            draining = _draining;
            _connections.Add(connection.Info.Id, connection);
            AddTo(_byConversation, connection.Info.Conversation, connection);
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
    }

    public void Remove(ChatConnection connection)
    {
        connection.Conversation.Watchers.Remove(connection);
        lock (_gate)
        {
            _connections.Remove(connection.Info.Id);
            RemoveFrom(_byConversation, connection.Info.Conversation, connection);
            if (connection.Info.UserId is { } user)
            {
                RemoveFrom(_byUser, user, connection);
            }
        }
    }

    public IReadOnlyList<ChatConnection> Find(ChatAudience audience)
    {
        lock (_gate)
        {
            return audience.Kind switch
            {
                AudienceKind.Everyone => [.. _connections.Values],
                AudienceKind.Conversation when audience.Name is not null && TryFind(_byConversation, new ConversationId(audience.Name), out var pages) => [.. pages],
                AudienceKind.User when TryFind(_byUser, audience.Name!, out var pages) => [.. pages],
                AudienceKind.Connection when _connections.TryGetValue(audience.Name!, out var connection) => [connection],
                _ => [],
            };
        }
    }

    /// <summary>Lets nobody in any more and sends everybody away with a code on which they come back to the next server.</summary>
    public void Drain()
    {
        lock (_gate)
        {
            _draining = true;
        }

        foreach (var connection in Find(ChatAudience.Everyone))
        {
            connection.Close(CloseReason.Restarting);
        }
    }

    private static bool TryFind<TKey>(Dictionary<TKey, HashSet<ChatConnection>> lists, TKey key, [NotNullWhen(true)] out HashSet<ChatConnection>? list)
        where TKey : notnull => lists.TryGetValue(key, out list);

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
