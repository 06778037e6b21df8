using System.Text;
using Pipulate.Connections;
using Pipulate.Conversations.Entries;

namespace Pipulate.Nodes;

/// <summary>Packs what a node tells the others into as few messages as the backplane's size allows.</summary>
internal sealed class NodeMessageWriter : IDisposable
{
    /// <summary>Room for what stands before a piece of a fragment, and before that.</summary>
    private const int FragmentHead = 700;

    private readonly int _largest;
    private readonly List<byte[]> _full = [];
    private readonly MemoryStream _message = new();
    private readonly MemoryStream _bytes = new();
    private readonly BinaryWriter _item;
    private readonly byte[] _head;
    private int _fragments;

    /// <param name="node">Who speaks.</param>
    /// <param name="largest">How long a message may be.</param>
    public NodeMessageWriter(Guid node, int largest)
    {
        _largest = largest;
        _item = new BinaryWriter(_bytes, Encoding.UTF8);
        _head = [NodeMessageReader.Version, .. node.ToByteArray()];
    }

    /// <summary>The node asks what the others follow.</summary>
    public void Ask() => Pack(NodeItem.Ask, default);

    /// <summary>The node is there.</summary>
    /// <param name="follows">Of all it follows: see <see cref="Digest"/>.</param>
    /// <param name="pages">Of its pages.</param>
    public void Alive(long follows, long pages)
    {
        _item.Write((byte)NodeItem.Alive);
        _item.Write(follows);
        _item.Write(pages);
        Pack();
    }

    /// <summary>The node ends.</summary>
    public void Bye() => Pack(NodeItem.Bye, default);

    /// <summary>The node has a conversation.</summary>
    /// <param name="conversation">Which.</param>
    /// <param name="watched">Whether a page of the node shows it.</param>
    /// <param name="introduce">Whether it is to be told how far the others are.</param>
    public void Follow(ConversationId conversation, bool watched, bool introduce)
    {
        _item.Write((byte)NodeItem.Follow);
        _item.Write(conversation.Value);
        _item.Write(watched);
        _item.Write(introduce);
        Pack();
    }

    /// <summary>The node has let go of a conversation.</summary>
    public void Leave(ConversationId conversation) => Pack(NodeItem.Leave, conversation);

    /// <summary>The user said whether to record what they do.</summary>
    public void Pause(ConversationId conversation, bool paused)
    {
        _item.Write((byte)NodeItem.Pause);
        _item.Write(conversation.Value);
        _item.Write(paused);
        Pack();
    }

    /// <summary>Writes the title that the conversation has now.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="title">Its title.</param>
    /// <param name="proposed">Whether it was made from what was typed, and not given by the visitor.</param>
    public void Title(ConversationId conversation, string? title, bool proposed)
    {
        _item.Write((byte)NodeItem.Title);
        _item.Write(conversation.Value);
        WriteOptional(title);
        _item.Write(proposed);
        Pack();
    }

    /// <summary>Writes a digest of the whole conversation: a node with another one has missed something, or this one has.</summary>
    public void State(ConversationId conversation, long digest)
    {
        _item.Write((byte)NodeItem.State);
        _item.Write(conversation.Value);
        _item.Write(digest);
        Pack();
    }

    /// <summary>
    /// Something is new of an entry. What is too long for one message is told in several, or else only that it is there to be read.
    /// </summary>
    public void Entry(ConversationId conversation, EntryFrame frame)
    {
        // Three bytes for a character at most: with the rest such a piece has room in any message.
        var piece = (_largest - 512) / 3;
        while (frame.Text.Length > piece)
        {
            var cut = char.IsHighSurrogate(frame.Text[piece - 1]) ? piece - 1 : piece;
            EntryPiece(conversation, frame with { Text = frame.Text[..cut], Standing = null });
            frame = frame with { Offset = frame.Offset + cut, Text = frame.Text[cut..], Head = null, Replaces = false };
        }

        EntryPiece(conversation, frame);
    }

    /// <summary>Somebody wants an answer once more that one of the others has given.</summary>
    public void Again(ConversationId conversation, Guid answer)
    {
        _item.Write((byte)NodeItem.Again);
        _item.Write(conversation.Value);
        _item.Write(answer.ToByteArray());
        Pack();
    }

    /// <summary>A conversation was deleted.</summary>
    /// <param name="name">Its id, or an owner.</param>
    /// <param name="all">Whether that is an owner, and all of theirs.</param>
    public void Gone(string name, bool all)
    {
        _item.Write((byte)NodeItem.Gone);
        _item.Write(name);
        _item.Write(all);
        Pack();
    }

    /// <summary>From here to its next sign of life the node tells of all its pages.</summary>
    public void Pages() => Pack(NodeItem.Pages, default);

    /// <summary>A page is there, in no group yet.</summary>
    public void Page(ConnectionDescriptor card)
    {
        _item.Write((byte)NodeItem.Page);
        _item.Write(card.Info.Id);
        _item.Write(card.Info.Conversation.Value);
        WriteOptional(card.Info.UserId);
        _item.Write(card.Info.ConnectedAt.UtcTicks);
        _item.Write(card.Since.UtcTicks);
        Pack();
    }

    public void PageGone(string id)
    {
        _item.Write((byte)NodeItem.PageGone);
        _item.Write(id);
        Pack();
    }

    /// <summary>A page is in a group or has left it; from a node that has not the page, that it should.</summary>
    public void Group(string id, string group, bool joins)
    {
        _item.Write((byte)NodeItem.Group);
        _item.Write(id);
        _item.Write(group);
        _item.Write(joins);
        Pack();
    }

    /// <summary>What pages of an audience are sent. One that is too long for a message goes in several.</summary>
    public void Fragment(ChatAudience audience, ReadOnlyMemory<byte> fragment)
    {
        _fragments++;
        for (var offset = 0; offset < fragment.Length;)
        {
            var piece = fragment.Slice(offset, Math.Min(fragment.Length - offset, _largest - FragmentHead));
            WriteAudience(NodeItem.Fragment, audience);
            _item.Write7BitEncodedInt(_fragments);
            _item.Write7BitEncodedInt(fragment.Length);
            _item.Write7BitEncodedInt(offset);
            _item.Write7BitEncodedInt(piece.Length);
            _item.Write(piece.Span);
            Pack();
            offset += piece.Length;
        }
    }

    /// <summary>The pages of an audience are to be closed for good.</summary>
    public void Vacate(ChatAudience audience)
    {
        WriteAudience(NodeItem.Vacate, audience);
        Pack();
    }

    public void Disconnect(ChatAudience audience)
    {
        WriteAudience(NodeItem.Disconnect, audience);
        Pack();
    }

    /// <summary>What is packed so far; the next message begins anew.</summary>
    public IReadOnlyList<byte[]> Take()
    {
        Close();
        byte[][] messages = [.. _full];
        _full.Clear();
        return messages;
    }

    public void Dispose()
    {
        _item.Dispose();
        _message.Dispose();
    }

    private void EntryPiece(ConversationId conversation, EntryFrame frame)
    {
        Write(conversation, frame);
        if (_head.Length + _bytes.Length > _largest)
        {
            _bytes.SetLength(0);
            Write(conversation, new EntryFrame(frame.Entry, frame.Epoch, frame.Through, ""));
        }

        Pack();
    }

    private void Write(ConversationId conversation, in EntryFrame frame)
    {
        _item.Write((byte)NodeItem.Entry);
        _item.Write(conversation.Value);
        _item.Write(frame.Entry.ToByteArray());
        _item.Write7BitEncodedInt(frame.Epoch);
        _item.Write7BitEncodedInt(frame.Offset);
        _item.Write(frame.Text);
        _item.Write(frame.Replaces);
        _item.Write(frame.Head is not null);
        if (frame.Head is { } head)
        {
            _item.Write((byte)head.Role);
            _item.Write(head.At.UtcTicks);
            WriteOptional(head.Kind);
            WriteOptional(head.Voice);
            WriteOptional(head.MessageId);
            _item.Write(head.After is not null);
            if (head.After is { } after)
            {
                _item.Write(after.ToByteArray());
            }
        }

        _item.Write(frame.Standing is not null);
        if (frame.Standing is { } standing)
        {
            _item.Write((byte)standing.State);
            _item.Write(standing.Withdrawn);
            WriteOptional(standing.Reason);
            WriteOptional(standing.Waiting);
            _item.Write(standing.Again);
            _item.Write(standing.Progress is not null);
            if (standing.Progress is { } progress)
            {
                _item.Write7BitEncodedInt(progress.Done);
                _item.Write7BitEncodedInt(progress.Total);
                WriteOptional(progress.Text);
            }
        }
    }

    private void WriteAudience(NodeItem kind, ChatAudience audience)
    {
        _item.Write((byte)kind);
        _item.Write((byte)audience.Kind);
        WriteOptional(audience.Name);
    }

    private void WriteOptional(string? value)
    {
        _item.Write(value is not null);
        if (value is not null)
        {
            _item.Write(value);
        }
    }

    private void Pack(NodeItem kind, ConversationId conversation)
    {
        _item.Write((byte)kind);
        if (conversation != default)
        {
            _item.Write(conversation.Value);
        }

        Pack();
    }

    private void Pack()
    {
        if (_message.Length + _bytes.Length > _largest)
        {
            Close();
        }

        if (_message.Length == 0)
        {
            _message.Write(_head);
        }

        _bytes.WriteTo(_message);
        _bytes.SetLength(0);
    }

    private void Close()
    {
        if (_message.Length > 0)
        {
            _full.Add(_message.ToArray());
            _message.SetLength(0);
        }
    }
}
