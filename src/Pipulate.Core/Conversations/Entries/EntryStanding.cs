using Pipulate.Storage;

namespace Pipulate.Conversations.Entries;

/// <summary>What changes of an entry beside its text.</summary>
internal sealed record EntryStanding(EntryState State, string? Reason, bool Withdrawn, Progress? Progress, string? Waiting, bool Again)
{
    public static EntryStanding Of(ConversationEntry entry) => new(entry.State, entry.Reason, entry.Withdrawn, entry.Progress, entry.Waiting, entry.CanBeAskedAgain);

    public static EntryStanding Of(StoredEntry entry) => new(entry.State, entry.Reason, entry.Withdrawn, null, null, Again: false);
}
