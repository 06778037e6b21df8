using System.Text;
using Pipulate.Connections;
using Pipulate.Conversations.Entries;

namespace Pipulate.Nodes;

/// <summary>Unpacks what <see cref="NodeMessageWriter"/> has packed.</summary>
internal static class NodeMessageReader
{
    /// <summary>
    /// Nodes of another version are not understood: while an application is updated, its old and new nodes are strangers to each other and
    /// share the store.
    /// </summary>
    public const byte Version = 3;

    private const int GuidBytes = 16;

    /// <returns>Whether the message was understood.</returns>
    /// <exception cref="IOException">It was not packed by a node.</exception>
    public static bool Read(ReadOnlyMemory<byte> message, INodeListener listener)
    {
        using var bytes = new MemoryStream(message.ToArray());
        using var item = new BinaryReader(bytes, Encoding.UTF8);
        if (item.ReadByte() != Version)
        {
            return false;
        }

        var node = new Guid(item.ReadBytes(GuidBytes));
        while (bytes.Position < bytes.Length)
        {
            ReadItem(item, node, listener);
        }

        return true;
    }

    private static void ReadItem(BinaryReader item, Guid node, INodeListener listener)
    {
        switch ((NodeItem)item.ReadByte())
        {
            case NodeItem.Ask:
                listener.TakeAsk(node);
                break;
            case NodeItem.Alive:
                listener.TakeAlive(node, item.ReadInt64(), item.ReadInt64());
                break;
            case NodeItem.Bye:
                listener.TakeBye(node);
                break;
            case NodeItem.Follow:
                listener.TakeFollow(node, ReadConversation(item), item.ReadBoolean(), item.ReadBoolean());
                break;
            case NodeItem.Leave:
                listener.TakeLeave(node, ReadConversation(item));
                break;
            case NodeItem.Pause:
                listener.TakePause(ReadConversation(item), item.ReadBoolean());
                break;
            case NodeItem.Title:
                listener.TakeTitle(ReadConversation(item), ReadOptional(item), item.ReadBoolean());
                break;
            case NodeItem.State:
                listener.TakeState(node, ReadConversation(item), item.ReadInt64());
                break;
            case NodeItem.Entry:
                listener.TakeEntry(node, ReadConversation(item), ReadEntry(item));
                break;
            case NodeItem.Pages:
                listener.TakePages(node);
                break;
            case NodeItem.Page:
                listener.TakePage(node, ReadPage(item));
                break;
            case NodeItem.PageGone:
                listener.TakePageGone(node, item.ReadString());
                break;
            case NodeItem.Group:
                listener.TakeGroup(node, item.ReadString(), item.ReadString(), item.ReadBoolean());
                break;
            case NodeItem.Fragment:
                listener.TakeFragment(node, ReadAudience(item), ReadPiece(item));
                break;
            case NodeItem.Disconnect:
                listener.TakeDisconnect(ReadAudience(item));
                break;
            case NodeItem.Vacate:
                listener.TakeVacate(ReadAudience(item));
                break;
            case NodeItem.Again:
                listener.TakeAgain(ReadConversation(item), new Guid(item.ReadBytes(GuidBytes)));
                break;
            case NodeItem.Gone:
                listener.TakeGone(item.ReadString(), item.ReadBoolean());
                break;
            default:
                throw new InvalidDataException("A node's message has an unknown item.");
        }
    }

    private static ConversationId ReadConversation(BinaryReader item) => new(item.ReadString());

    private static EntryFrame ReadEntry(BinaryReader item) =>
        new(new Guid(item.ReadBytes(GuidBytes)), item.Read7BitEncodedInt(), item.Read7BitEncodedInt(), item.ReadString())
        {
            Replaces = item.ReadBoolean(),
            Head = item.ReadBoolean() ? ReadHead(item) : null,
            Standing = item.ReadBoolean() ? ReadStanding(item) : null,
        };

    private static EntryHead ReadHead(BinaryReader item) =>
        new((EntryRole)item.ReadByte(), ReadTime(item), ReadOptional(item), ReadOptional(item), ReadOptional(item))
        {
            After = item.ReadBoolean() ? new Guid(item.ReadBytes(GuidBytes)) : null,
        };

    private static EntryStatus ReadStanding(BinaryReader item)
    {
        var state = (EntryState)item.ReadByte();
        var withdrawn = item.ReadBoolean();
        var reason = ReadOptional(item);
        var waiting = ReadOptional(item);
        var again = item.ReadBoolean();
        return new EntryStatus(
            state, reason, withdrawn, item.ReadBoolean()
                ? new Progress(item.Read7BitEncodedInt(), item.Read7BitEncodedInt(), ReadOptional(item))
                : null, waiting, again);
    }

    private static ConnectionDescriptor ReadPage(BinaryReader item)
    {
        var info = new ChatConnectionInfo(item.ReadString(), ReadConversation(item), ReadOptional(item), ReadTime(item));
        return new ConnectionDescriptor(info, ReadTime(item));
    }

    private static ChatAudience ReadAudience(BinaryReader item) => ChatAudience.Of((AudienceKind)item.ReadByte(), ReadOptional(item));

    private static FragmentPiece ReadPiece(BinaryReader item)
    {
        var (number, length, offset) = (item.Read7BitEncodedInt(), item.Read7BitEncodedInt(), item.Read7BitEncodedInt());
        return length is > 0 and <= ChatChannel.LongestFragment
            ? new FragmentPiece(number, length, offset, item.ReadBytes(item.Read7BitEncodedInt()))
            : throw new InvalidDataException("A node's fragment is longer than fragments are.");
    }

    private static DateTimeOffset ReadTime(BinaryReader item) => new(item.ReadInt64(), TimeSpan.Zero);

    private static string? ReadOptional(BinaryReader item) => item.ReadBoolean() ? item.ReadString() : null;
}
