using Pipulate.Conversations.Entries;

namespace Pipulate.Conversations;

/// <summary>Shows the entries of a conversation to a reader that holds its lock. Valid during the read only.</summary>
internal interface IEntryLog
{
    /// <summary>Gets all entries by ordinal, which rises and may leave places out.</summary>
    IReadOnlyList<ConversationEntry> Entries { get; }

    /// <summary>Gets the version, which rises by one with each change.</summary>
    long Version { get; }

    /// <summary>Gets how often the places in <see cref="Entries"/> became void, because history was put before what was there.</summary>
    int RestoreCount { get; }

    /// <summary>Gets the newest reply or its substitute: the one that may be regenerated.</summary>
    ConversationEntry? LatestReply { get; }

    /// <summary>Gets the place of an entry in <see cref="Entries"/>.</summary>
    int IndexOf(int ordinal);

    /// <summary>Finds an entry. Looks through the newest first, because what is asked for is nearly always among them.</summary>
    ConversationEntry? Find(Guid id);

    /// <summary>Finds the entry before another one, without those that were withdrawn.</summary>
    ConversationEntry? FindPrevious(ConversationEntry entry);
}
