using Pipulate.Storage;

namespace Pipulate.Conversations.Entries;

/// <summary>Represents the values of an entry that never change.</summary>
internal sealed record EntryHead(EntryRole Role, DateTimeOffset At, string? Kind, string? Voice, string? MessageId)
{
    /// <summary>Gets the entry before it, which must be added first; null if it is not known.</summary>
    public Guid? After { get; init; }

    public static EntryHead Of(ConversationEntry entry) => new(entry.Role, entry.CreatedAt, entry.Kind, entry.AuthorName, entry.MessageId);

    public static EntryHead Of(StoredEntry entry) => new(entry.Role, entry.CreatedAt, entry.Kind, entry.Voice, entry.MessageId);
}
