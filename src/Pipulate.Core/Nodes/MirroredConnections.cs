using System.Collections.Concurrent;
using System.Text;
using Pipulate.Connections;

namespace Pipulate.Nodes;

/// <summary>
/// The pages of this node as the others know them, and theirs as they are known here. Each node tells of its own: of all when it is asked,
/// else of those that came, went or changed groups. What is sent to pages goes to all nodes, and each gives it to those of its own that are
/// meant.
/// </summary>
internal sealed class MirroredConnections(ConnectionRegistry registry, NodeLink link, TimeProvider time)
{
    /// <summary>
    /// A user's id may be of any length, and a page must have room in any message. Whose is longer is known on its own node only.
    /// </summary>
    private const int LongestName = 600;

    /// <summary>What may wait of fragments; they are not kept anywhere else.</summary>
    private const int MaxWaiting = 4 * 1024 * 1024;

    private readonly ConcurrentQueue<Action<NodeMessageWriter>> _news = new();

    /// <summary>What the others were told of the pages here, and their groups. Only the one who sends looks at it.</summary>
    private readonly Dictionary<string, HashSet<string>> _told = [];

    /// <summary>
    /// The pages of the other nodes. Only the one who receives, and the one who finds that a node is gone, look at it, under its lock.
    /// </summary>
    private readonly Dictionary<Guid, Known> _known = [];

    /// <summary>Which groups of the other nodes' pages this one has changed, and since when it has not heard that it is so.</summary>
    private readonly ConcurrentDictionary<(string Page, string Group), long> _asked = new();
    private int _waiting;

    /// <summary>A page of this node has come, gone or changed groups.</summary>
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

    /// <summary>Has the node of a page put it into a group, or take it out.</summary>
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

    /// <summary>The pages here of a conversation that was deleted.</summary>
    public void SendAway(ConversationId conversation) =>
        ConnectionRegistry.CloseAll(registry.Find(ChatAudience.Conversation(conversation)));

    /// <summary>Tells what is new.</summary>
    public void Tell(NodeMessageWriter writer)
    {
        for (var count = _news.Count; count > 0 && _news.TryDequeue(out var news); count--)
        {
            news(writer);
        }
    }

    /// <summary>Tells of all pages: whoever knew others forgets them.</summary>
    public void TellAll(NodeMessageWriter writer)
    {
        _told.Clear();
        writer.Pages();
        foreach (var page in registry.Find(ChatAudience.Everyone))
        {
            Tell(writer, page.Info.Id);
        }
    }

    /// <summary>Of all that was told.</summary>
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
            // Somebody there wants it of a page that is here.
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

    /// <summary>Takes a piece of a fragment. One of which a piece was lost is passed over.</summary>
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

    /// <summary>Compares what is known of a node's pages with what it says.</summary>
    /// <returns>Whether all is known.</returns>
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

    /// <summary>A node is gone, and its pages with it.</summary>
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

    /// <summary>What was asked for long ago and is not so never came to the page's node, which has the last word.</summary>
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

        /// <summary>The ids of its pages, with their groups.</summary>
        public Dictionary<string, HashSet<string>> Pages { get; } = [];

        /// <summary>
        /// While it tells of all its pages: those that were known, and their groups, that it has not told of again. Until it is done they
        /// still count.
        /// </summary>
        public HashSet<(string Page, string? Group)>? Old { get; set; }

        /// <returns>The fragment, where it is whole now.</returns>
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
