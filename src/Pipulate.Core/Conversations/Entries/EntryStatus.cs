using Pipulate.Storage;

namespace Pipulate.Conversations.Entries;

/// <summary>Represents the values of an entry, other than its text, that can change.</summary>
internal sealed record EntryStatus(EntryState State, string? Reason, bool Withdrawn, Progress? Progress, string? Waiting, bool Again)
{
    public static EntryStatus Of(ConversationEntry entry) =>
        new(entry.State, entry.Reason, entry.Withdrawn, entry.Progress, entry.Waiting, entry.CanRegenerate);

    public static EntryStatus Of(StoredEntry entry) => new(entry.State, entry.Reason, entry.Withdrawn, null, null, Again: false);
}
