using System.Collections.Concurrent;
using System.Text;
using Pipulate.Connections;

namespace Pipulate.Nodes;

/// <summary>
/// Publishes the connections of this node to the others, and tracks theirs. A node sends all of its own when it is asked, otherwise
/// those that opened, closed or changed groups. Fragments go to all nodes, and each sends them to its own connections in the audience.
/// </summary>
internal sealed class MirroredConnections(ConnectionRegistry registry, NodeLink link, TimeProvider time)
{
    /// <summary>
    /// Caps the UTF-8 length of a user's id, so that a connection has room in any message. With a longer one a connection is known on its
    /// own node only.
    /// </summary>
    private const int LongestName = 600;

    /// <summary>Caps the bytes of fragments that wait to be published, because they are in memory only.</summary>
    private const int MaxWaiting = 4 * 1024 * 1024;

    private readonly ConcurrentQueue<Action<NodeMessageWriter>> _news = new();

    /// <summary>Holds the connections here, and their groups, that the others know. Only the sending loop uses it.</summary>
    private readonly Dictionary<string, HashSet<string>> _told = [];

    /// <summary>
    /// Holds the connections of the other nodes. Messages and the check for ended nodes change it, under its lock.
    /// </summary>
    private readonly Dictionary<Guid, Known> _known = [];

    /// <summary>Holds the changes of groups that this node asked others for, and since when; until they are confirmed.</summary>
    private readonly ConcurrentDictionary<(string Page, string Group), long> _asked = new();
    private int _waiting;

    /// <summary>Queues the news that a connection of this node was opened, was closed or changed groups.</summary>
    public void NoteChanged(string id) => Note(writer => Tell(writer, id));

    public void Send(ChatAudience audience, ReadOnlyMemory<byte> fragment)
    {
        if (!link.HasOtherNodes || !CanBeTold(audience.Name))
        {
            return;
        }

        if (Interlocked.Add(ref _waiting, fragment.Length) > MaxWaiting)
        {
            Interlocked.Add(ref _waiting, -fragment.Length);
            link.NoteDropped();
            return;
        }

        Note(writer =>
        {
            Interlocked.Add(ref _waiting, -fragment.Length);
            writer.Fragment(audience, fragment);
        });
    }

    /// <summary>Asks the node of a connection to add it to a group, or to remove it.</summary>
    public void SetGroup(string id, string group, bool joins)
    {
        _asked[(id, group)] = time.GetTimestamp();
        Note(writer => writer.Group(id, group, joins));
    }

    public void Disconnect(ChatAudience audience)
    {
        if (CanBeTold(audience.Name))
        {
            Note(writer => writer.Disconnect(audience));
        }
    }

    public void Vacate(ChatAudience audience)
    {
        if (CanBeTold(audience.Name))
        {
            Note(writer => writer.Vacate(audience));
        }
    }

    /// <summary>Closes the connections here of a conversation that was deleted.</summary>
    public void SendAway(ConversationId conversation) =>
        ConnectionRegistry.CloseAll(registry.Find(ChatAudience.Conversation(conversation)));

    /// <summary>Writes what is new.</summary>
    public void Tell(NodeMessageWriter writer)
    {
        for (var count = _news.Count; count > 0 && _news.TryDequeue(out var news); count--)
        {
            news(writer);
        }
    }

    /// <summary>Writes all connections. The others forget those that are not among them.</summary>
    public void TellAll(NodeMessageWriter writer)
    {
        _told.Clear();
        writer.Pages();
        foreach (var page in registry.Find(ChatAudience.Everyone))
        {
            Tell(writer, page.Info.Id);
        }
    }

    /// <summary>Gets the digest of the connections that the others know.</summary>
    public long DigestOfTold() => Digest.Of(_told);

    public void TakePages(Guid node)
    {
        lock (_known)
        {
            var known = Get(node);
            known.Old = [
                .. known.Pages.Keys.Select(id => (id, (string?)null)),
                .. known.Pages.SelectMany(page => page.Value, (page, group) => (page.Key, (string?)group))
            ];
        }
    }

    public void TakePage(Guid node, ConnectionDescriptor card)
    {
        lock (_known)
        {
            var known = Get(node);
            known.Old?.Remove((card.Info.Id, null));
            known.Pages.TryAdd(card.Info.Id, []);
            registry.AddRemote(card);
        }
    }

    public void TakePageGone(Guid node, string id)
    {
        lock (_known)
        {
            if (Get(node).Pages.Remove(id))
            {
                registry.RemoveRemote(id);
            }
        }
    }

    public void TakeGroup(Guid node, string id, string group, bool joins)
    {
        if (registry.Describe(id) is not null)
        {
            // The other node asks for a change of a connection of this node.
            _ = joins ? registry.AddToGroup(id, group) : registry.RemoveFromGroup(id, group);
            return;
        }

        lock (_known)
        {
            var known = Get(node);
            if (known.Pages.TryGetValue(id, out var groups))
            {
                known.Old?.Remove((id, group));
                if (joins ? groups.Add(group) : groups.Remove(group))
                {
                    _asked.TryRemove((id, group), out _);
                    registry.SetRemoteGroup(id, group, joins);
                }
            }
        }
    }

    public void TakeDisconnect(ChatAudience audience) => registry.DisconnectLocal(audience);

    public void TakeVacate(ChatAudience audience) => registry.VacateLocal(audience);

    /// <summary>Takes a piece of a fragment. A fragment of which a piece was lost is not sent.</summary>
    public void TakeFragment(Guid node, ChatAudience audience, in FragmentPiece piece)
    {
        byte[]? whole;
        lock (_known)
        {
            whole = Get(node).Gather(piece);
        }

        if (whole is not null)
        {
            registry.SendLocal(audience, whole);
        }
    }

    /// <summary>Compares the known connections of a node with the digest that it sent.</summary>
    /// <returns>Whether they are equal.</returns>
    public bool Check(Guid node, long digest)
    {
        bool matches;
        lock (_known)
        {
            var known = Get(node);
            foreach (var (id, group) in known.Old ?? [])
            {
                if (group is null)
                {
                    known.Pages.Remove(id);
                    registry.RemoveRemote(id);
                }
                else if (known.Pages.TryGetValue(id, out var groups) && groups.Remove(group))
                {
                    registry.SetRemoteGroup(id, group, joins: false);
                }
            }

            known.Old = null;
            SettleGroups(known);
            matches = Digest.Of(known.Pages) == digest;
        }

        if (!matches)
        {
            registry.NotifyRemoteChanged();
        }

        return matches;
    }

    /// <summary>Removes a node that has ended, and its connections.</summary>
    public void Forget(Guid node)
    {
        lock (_known)
        {
            if (!_known.Remove(node, out var known) || known.Pages.Count == 0)
            {
                return;
            }

            foreach (var id in known.Pages.Keys)
            {
                registry.RemoveRemote(id);
            }
        }

        registry.NotifyRemoteChanged();
    }

    /// <summary>Reverts changes of groups that the connection's node has not confirmed in time; that node decides.</summary>
    private void SettleGroups(Known known)
    {
        foreach (var (asked, since) in _asked)
        {
            if (time.GetElapsedTime(since) <= NodeLink.Settled)
            {
                continue;
            }

            if (known.Pages.TryGetValue(asked.Page, out var groups))
            {
                registry.SetRemoteGroup(asked.Page, asked.Group, groups.Contains(asked.Group));
                _asked.TryRemove(asked, out _);
            }
            else if (!_known.Values.Any(other => other.Pages.ContainsKey(asked.Page)))
            {
                _asked.TryRemove(asked, out _);
            }
        }
    }

    private static bool CanBeTold(string? name) => name is null || Encoding.UTF8.GetByteCount(name) <= LongestName;

    private void Note(Action<NodeMessageWriter> news)
    {
        _news.Enqueue(news);
        link.Wake();
    }

    private void Tell(NodeMessageWriter writer, string id)
    {
        if (registry.Describe(id) is not var (card, groups))
        {
            if (_told.Remove(id))
            {
                writer.PageGone(id);
            }

            return;
        }

        if (!CanBeTold(card.Info.UserId))
        {
            return;
        }

        if (!_told.TryGetValue(id, out var told))
        {
            _told[id] = told = [];
            writer.Page(card);
        }

        foreach (var group in groups.Except(told))
        {
            writer.Group(id, group, joins: true);
        }

        foreach (var group in told.Except(groups))
        {
            writer.Group(id, group, joins: false);
        }

        told.Clear();
        told.UnionWith(groups);
    }

    private Known Get(Guid node)
    {
        if (!_known.TryGetValue(node, out var known))
        {
            _known[node] = known = new Known();
        }

        return known;
    }

    private sealed class Known
    {
        private byte[] _fragment = [];
        private int _number;
        private int _length;

        /// <summary>Gets the ids of its connections, with their groups.</summary>
        public Dictionary<string, HashSet<string>> Pages { get; } = [];

        /// <summary>
        /// Gets or sets, while the node sends all its connections, the known ones and their groups that it has not sent again. They count
        /// until it has sent all.
        /// </summary>
        public HashSet<(string Page, string? Group)>? Old { get; set; }

        /// <returns>The fragment, if it is complete now.</returns>
        public byte[]? Gather(in FragmentPiece piece)
        {
            if (piece.Offset == 0)
            {
                (_fragment, _number, _length) = (new byte[piece.Length], piece.Number, 0);
            }

            if (piece.Number != _number || piece.Offset != _length || piece.Bytes.Length > _fragment.Length - _length)
            {
                return null;
            }

            piece.Bytes.CopyTo(_fragment, _length);
            _length += piece.Bytes.Length;
            return _length == _fragment.Length ? _fragment : null;
        }
    }
}
