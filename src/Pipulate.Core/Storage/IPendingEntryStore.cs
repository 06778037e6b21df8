namespace Pipulate.Storage;

/// <summary>Stores entries together with the mark that they wait for a reply, where several nodes could give it.</summary>
internal interface IPendingEntryStore
{
    /// <summary>
    /// Stores an entry, and that it waits. An entry that is stored already does not wait because of this: it may have been answered.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="begins">Whether a conversation that is not there begins with it; else it was deleted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// The id of the entry that is stored: another one's where a page has sent the same message to two nodes and the other was first. Null
    /// where the conversation was deleted.
    /// </returns>
    ValueTask<Guid?> AddPendingAsync(ConversationKey conversation, StoredEntry entry, bool begins, CancellationToken cancellationToken);
}
