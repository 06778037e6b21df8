using System.Text;
using Pipulate.Connections;
using Pipulate.Conversations.Entries;

namespace Pipulate.Nodes;

/// <summary>Packs what a node sends the others into as few messages as the backplane's size allows.</summary>
internal sealed class NodeMessageWriter : IDisposable
{
    /// <summary>Holds the room for all that precedes a piece of a fragment in a message.</summary>
    private const int FragmentHead = 700;

    private readonly int _largest;
    private readonly List<byte[]> _full = [];
    private readonly MemoryStream _message = new();
    private readonly MemoryStream _bytes = new();
    private readonly BinaryWriter _item;
    private readonly byte[] _head;
    private int _fragments;

    /// <param name="node">The node that sends.</param>
    /// <param name="largest">The largest size of a message, in bytes.</param>
    public NodeMessageWriter(Guid node, int largest)
    {
        _largest = largest;
        _item = new BinaryWriter(_bytes, Encoding.UTF8);
        _head = [NodeMessageReader.Version, .. node.ToByteArray()];
    }

    /// <summary>Writes a request that the others send what they follow.</summary>
    public void Ask() => Pack(NodeItem.Ask, default);

    /// <summary>Writes a sign of life.</summary>
    /// <param name="follows">The <see cref="Digest"/> of what it follows.</param>
    /// <param name="pages">The digest of its connections.</param>
    public void Alive(long follows, long pages)
    {
        _item.Write((byte)NodeItem.Alive);
        _item.Write(follows);
        _item.Write(pages);
        Pack();
    }

    /// <summary>Writes that the node ends.</summary>
    public void Bye() => Pack(NodeItem.Bye, default);

    /// <summary>Writes that the node follows a conversation.</summary>
    /// <param name="conversation">The conversation that it holds.</param>
    /// <param name="watched">Whether a connection of the node shows it.</param>
    /// <param name="introduce">Whether the others are to send how far their copies are.</param>
    public void Follow(ConversationId conversation, bool watched, bool introduce)
    {
        _item.Write((byte)NodeItem.Follow);
        _item.Write(conversation.Value);
        _item.Write(watched);
        _item.Write(introduce);
        Pack();
    }

    /// <summary>Writes that the node does not hold a conversation any more.</summary>
    public void Leave(ConversationId conversation) => Pack(NodeItem.Leave, conversation);

    /// <summary>Writes whether the user has paused the recording of events.</summary>
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

    /// <summary>Writes a digest of the whole conversation. If another node has a different one, one of the two lacks something.</summary>
    public void State(ConversationId conversation, long digest)
    {
        _item.Write((byte)NodeItem.State);
        _item.Write(conversation.Value);
        _item.Write(digest);
        Pack();
    }

    /// <summary>
    /// Writes a change of an entry. Text that is too long for a message is split; a head or status that is too long is left to be read from
    /// the store.
    /// </summary>
    public void Entry(ConversationId conversation, EntryFrame frame)
    {
        // A UTF-16 unit takes at most three bytes, so such a piece has room in any message.
        var piece = (_largest - 512) / 3;
        while (frame.Text.Length > piece)
        {
            var cut = char.IsHighSurrogate(frame.Text[piece - 1]) ? piece - 1 : piece;
            EntryPiece(conversation, frame with { Text = frame.Text[..cut], Standing = null });
            frame = frame with { Offset = frame.Offset + cut, Text = frame.Text[cut..], Head = null, Replaces = false };
        }

        EntryPiece(conversation, frame);
    }

    /// <summary>Writes a request to regenerate an answer, for the node that generated it.</summary>
    public void Again(ConversationId conversation, Guid answer)
    {
        _item.Write((byte)NodeItem.Again);
        _item.Write(conversation.Value);
        _item.Write(answer.ToByteArray());
        Pack();
    }

    /// <summary>Writes that a conversation was deleted.</summary>
    /// <param name="name">The id of the conversation, or an owner.</param>
    /// <param name="all">Whether it is an owner, all of whose conversations were deleted.</param>
    public void Gone(string name, bool all)
    {
        _item.Write((byte)NodeItem.Gone);
        _item.Write(name);
        _item.Write(all);
        Pack();
    }

    /// <summary>Writes that all connections of the node follow, up to its next sign of life.</summary>
    public void Pages() => Pack(NodeItem.Pages, default);

    /// <summary>Writes that a connection was opened. It is in no group yet.</summary>
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

    /// <summary>Writes that a connection is in a group or has left it; about a connection of another node, that it should.</summary>
    public void Group(string id, string group, bool joins)
    {
        _item.Write((byte)NodeItem.Group);
        _item.Write(id);
        _item.Write(group);
        _item.Write(joins);
        Pack();
    }

    /// <summary>Writes a fragment for the connections of an audience, in several messages if it is too long for one.</summary>
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

    /// <summary>Writes that the connections of an audience are to be closed permanently.</summary>
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

    /// <summary>Takes the messages that are packed so far.</summary>
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
