using Pipulate.Storage;

namespace Pipulate.Conversations.Entries;

/// <summary>What never changes of an entry.</summary>
internal sealed record EntryHead(EntryRole Role, DateTimeOffset At, string? Kind, string? Voice, string? MessageId)
{
    /// <summary>The entry that it was said behind, which must be there first; null where nobody says.</summary>
    public Guid? After { get; init; }

    public static EntryHead Of(ConversationEntry entry) => new(entry.Role, entry.CreatedAt, entry.Kind, entry.AuthorName, entry.MessageId);

    public static EntryHead Of(StoredEntry entry) => new(entry.Role, entry.CreatedAt, entry.Kind, entry.Voice, entry.MessageId);
}
