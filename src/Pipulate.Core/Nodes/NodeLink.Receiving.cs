using Pipulate.Connections;
using Pipulate.Conversations.Entries;

namespace Pipulate.Nodes;

/// <content>Applies what the other nodes tell.</content>
internal sealed partial class NodeLink : INodeListener
{
    public void TakeAsk(Guid node)
    {
        _others.RecordHeartbeat(node);
        Volatile.Write(ref _answer, true);
        _wake.Set();
    }

    public void TakeAlive(Guid node, long follows, long pages)
    {
        var known = _pages?.Check(node, pages) is not false;
        if (_others.Check(node, follows) is { } unsure)
        {
            known = false;
            SetElsewhere(unsure);
        }

        if (!known)
        {
            Ask();
        }
    }

    public void TakeBye(Guid node) => Forget(node);

    public void TakeFollow(Guid node, ConversationId conversation, bool watched, bool introduce)
    {
        _others.Follow(node, conversation, watched);
        SetElsewhere(conversation, introduce);
    }

    public void TakeLeave(Guid node, ConversationId conversation)
    {
        _others.Leave(node, conversation);
        SetElsewhere(conversation);
    }

    public void TakePause(ConversationId conversation, bool paused)
    {
        if (_held.TryGetValue(conversation, out var shared))
        {
            shared.Conversation.Details.ApplyRemotePause(paused);
        }
    }

    public void TakeTitle(ConversationId conversation, string? title, bool proposed)
    {
        if (_held.TryGetValue(conversation, out var shared))
        {
            shared.Conversation.Details.ApplyRemoteTitle(title, proposed);
        }
    }

    public void TakeState(Guid node, ConversationId conversation, long digest)
    {
        if (_held.TryGetValue(conversation, out var shared))
        {
            shared.Compare(node, digest);
        }
    }

    public void TakeEntry(Guid node, ConversationId conversation, in EntryFrame frame)
    {
        if (_held.TryGetValue(conversation, out var shared))
        {
            shared.Take(node, frame);
        }
    }

    public void TakeGone(string name, bool all)
    {
        foreach (var shared in _held.Values)
        {
            if (name == (all ? shared.Id.Owner : shared.Id.Value))
            {
                OnDeleted(shared.Conversation);
            }
        }
    }

    public void TakePages(Guid node) => _pages?.TakePages(node);

    public void TakePage(Guid node, ConnectionDescriptor card) => _pages?.TakePage(node, card);

    public void TakePageGone(Guid node, string id) => _pages?.TakePageGone(node, id);

    public void TakeGroup(Guid node, string id, string group, bool joins) => _pages?.TakeGroup(node, id, group, joins);

    public void TakeFragment(Guid node, ChatAudience audience, in FragmentPiece piece) => _pages?.TakeFragment(node, audience, piece);

    public void TakeDisconnect(ChatAudience audience) => _pages?.TakeDisconnect(audience);

    public void TakeVacate(ChatAudience audience) => _pages?.TakeVacate(audience);

    public void TakeAgain(ConversationId conversation, Guid answer)
    {
        if (_held.ContainsKey(conversation))
        {
            RegenerationRequested?.Invoke(conversation, answer);
        }
    }

    private void Receive(ReadOnlyMemory<byte> message)
    {
        if (!NodeMessageReader.Read(message, this) && !_strange)
        {
            _strange = true;
            LogStrange();
        }
    }

    private void SetElsewhere(IEnumerable<ConversationId> conversations)
    {
        foreach (var conversation in conversations)
        {
            SetElsewhere(conversation);
        }
    }

    private void SetElsewhere(ConversationId conversation, bool introduce = false)
    {
        // Under a lock, or of two who set it at once the one with the older view may be the last.
        lock (_gate)
        {
            if (_held.TryGetValue(conversation, out var shared))
            {
                var (followed, watched) = _others.Of(conversation);
                shared.SetElsewhere(followed, watched, introduce);
            }
        }
    }
}
