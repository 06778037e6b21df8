using Pipulate.Conversations.Entries;
using Pipulate.Storage;

namespace Pipulate.Tests.Storage;

public class EntryMapperTests
{
    private static readonly DateTimeOffset Created = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void ToStoredEntry_Restored_IsTheSame()
    {
        var stored = Stored(EntryState.Failed) with { Ordinal = 0, Withdrawn = false };

        Assert.Equal(stored, EntryMapper.ToStoredEntry(EntryMapper.ToConversationEntry(stored, interrupted: "Stopped.")));
    }

    [Fact]
    public void ToConversationEntry_AnyEntry_IsRemoteAtItsPlace()
    {
        var entry = EntryMapper.ToConversationEntry(Stored(EntryState.Complete), interrupted: "Stopped.");

        Assert.Equal((true, 7, 3, EntryState.Complete, "because"), (entry.IsRemote, entry.Ordinal, entry.Epoch, entry.State, entry.Reason));
    }

    [Fact]
    public void ToConversationEntry_StreamingAlone_IsStopped()
    {
        var entry = EntryMapper.ToConversationEntry(Stored(EntryState.Streaming), interrupted: "Stopped.");

        Assert.Equal((EntryState.Stopped, 4, "Stopped."), (entry.State, entry.Epoch, entry.Reason));
    }

    [Fact]
    public void ToConversationEntry_StreamingOnANode_GoesOn()
    {
        var entry = EntryMapper.ToConversationEntry(Stored(EntryState.Streaming), interrupted: null);

        Assert.Equal((EntryState.Streaming, 3, "because"), (entry.State, entry.Epoch, entry.Reason));
    }

    [Fact]
    public void ToStoredEntry_NulInValues_IsReplaced()
    {
        var entry = EntryMapper.ToConversationEntry(
            Stored(EntryState.Complete) with { MessageId = "m\0", Kind = "k\0", Voice = "v\0", Reason = "r\0" }, interrupted: null);

        var stored = EntryMapper.ToStoredEntry(entry);

        Assert.DoesNotContain('\0', stored.MessageId + stored.Kind + stored.Voice + stored.Reason);
    }

    [Fact]
    public void ToStoredEntry_NoValues_StaysNull()
    {
        var entry = new ConversationEntry(1, EntryRole.User, EntryState.Complete, Created);

        var stored = EntryMapper.ToStoredEntry(entry);

        Assert.Equal((null, null, null, null), (stored.Kind, stored.Voice, stored.Reason, stored.MessageId));
    }

    private static StoredEntry Stored(EntryState state) => new()
    {
        Id = Guid.Parse("0190a000-0000-7000-8000-000000000001"),
        Ordinal = 7,
        Role = EntryRole.Assistant,
        State = state,
        CreatedAt = Created,
        Epoch = 3,
        Text = "Hello 🙂",
        Kind = "POST /todo",
        Voice = "demo",
        Reason = "because",
        MessageId = "m1",
    };
}
