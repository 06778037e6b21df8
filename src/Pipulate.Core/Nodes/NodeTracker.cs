namespace Pipulate.Nodes;

/// <summary>Tracks the other nodes and the conversations that they follow. Thread-safe.</summary>
internal sealed class NodeTracker(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Node> _nodes = [];

    /// <summary>Holds when the last connection of another node that showed a conversation was closed.</summary>
    private readonly Dictionary<ConversationId, long> _left = [];

    public bool Any
    {
        get
        {
            lock (_gate)
            {
                return _nodes.Count > 0;
            }
        }
    }

    public bool Knows(Guid node)
    {
        lock (_gate)
        {
            return _nodes.ContainsKey(node);
        }
    }

    /// <summary>Gets whether another node has a conversation, and whether a connection there shows it.</summary>
    public (bool Followed, bool Watched) Of(ConversationId conversation)
    {
        var (followed, watched) = (false, false);
        lock (_gate)
        {
            foreach (var node in _nodes.Values)
            {
                if (node.Follows.TryGetValue(conversation, out var watches))
                {
                    followed = true;
                    watched |= watches;
                }
            }
        }

        return (followed, watched);
    }

    /// <summary>
    /// Gets a value indicating whether a page of another node showed a conversation until a moment ago. It is reloading, or its node has
    /// ended, and it may connect to any node now.
    /// </summary>
    public bool HaveJustLeft(ConversationId conversation, TimeSpan within)
    {
        lock (_gate)
        {
            return _left.TryGetValue(conversation, out var left) && time.GetElapsedTime(left) <= within;
        }
    }

    public void RecordHeartbeat(Guid node)
    {
        lock (_gate)
        {
            Get(node);
        }
    }

    public void Follow(Guid node, ConversationId conversation, bool watched)
    {
        lock (_gate)
        {
            var follows = Get(node).Follows;
            if (!watched)
            {
                NoteLeft(conversation, follows.GetValueOrDefault(conversation));
            }

            follows[conversation] = watched;
        }
    }

    public void Leave(Guid node, ConversationId conversation)
    {
        lock (_gate)
        {
            Get(node).Follows.Remove(conversation, out var watched);
            NoteLeft(conversation, watched);
        }
    }

    /// <summary>Compares the known conversations of a node with the digest that it sent. If they differ, they are forgotten.</summary>
    /// <returns>The conversations that were forgotten; null if the digests are equal.</returns>
    public IReadOnlyCollection<ConversationId>? Check(Guid node, long digest)
    {
        lock (_gate)
        {
            var known = Get(node);
            if (Digest.Of(known.Follows) == digest)
            {
                return null;
            }

            ConversationId[] unsure = [.. known.Follows.Keys];
            NoteLeft(known);
            known.Follows.Clear();
            return unsure;
        }
    }

    /// <summary>Forgets a node that has ended.</summary>
    /// <returns>What it followed.</returns>
    public IReadOnlyCollection<ConversationId> Forget(Guid node)
    {
        lock (_gate)
        {
            if (!_nodes.Remove(node, out var gone))
            {
                return [];
            }

            NoteLeft(gone);
            return gone.Follows.Keys;
        }
    }

    /// <summary>Gets the nodes that have sent nothing for that long, and forgets connections that were closed before that.</summary>
    public IReadOnlyList<Guid> Silent(TimeSpan silence)
    {
        lock (_gate)
        {
            foreach (var (conversation, left) in _left)
            {
                if (time.GetElapsedTime(left) > silence)
                {
                    _left.Remove(conversation);
                }
            }

            return [.. _nodes.Where(node => time.GetElapsedTime(node.Value.LastHeard) > silence).Select(node => node.Key)];
        }
    }

    private void NoteLeft(Node node)
    {
        foreach (var (conversation, watched) in node.Follows)
        {
            NoteLeft(conversation, watched);
        }
    }

    private void NoteLeft(ConversationId conversation, bool watched)
    {
        if (watched)
        {
            _left[conversation] = time.GetTimestamp();
        }
    }

    private Node Get(Guid id)
    {
        if (!_nodes.TryGetValue(id, out var node))
        {
            _nodes[id] = node = new Node();
        }

        node.LastHeard = time.GetTimestamp();
        return node;
    }

    private sealed class Node
    {
        public Dictionary<ConversationId, bool> Follows { get; } = [];

        public long LastHeard { get; set; }
    }
}
