namespace Pipulate.Storage;

/// <summary>
/// Keeps conversations. The one that is registered is used; without one they are kept in memory.
/// </summary>
/// <remarks>
/// <para>Every call names the owner, and reaches that owner's conversations only: what belongs to another is not there, whatever its
/// id.</para>
/// <para>Every write may be repeated: the same write again changes nothing and has the same answer. So a caller that got an error and
/// cannot know whether the write was made, makes it again.</para>
/// <para>What was written is read by the next call that begins after it. Implementations are thread-safe; a failure is told by an
/// exception, and the store is as it was before.</para>
/// </remarks>
public interface IConversationStore
{
    /// <summary>
    /// Adds an entry at the end of a conversation, which begins with its first entry.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="entry">The entry; its <see cref="StoredEntry.Ordinal"/> is not looked at.</param>
    /// <param name="cancellationToken">Gives up waiting. Whether the entry was added is then unknown.</param>
    /// <returns>The ordinal that it got, or has had since it was first added.</returns>
    ValueTask<long> AddAsync(ConversationKey conversation, StoredEntry entry, CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds an entry at the end of a conversation that has begun: what another process has deleted does not come back because of what is
    /// still said in it.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="entry">The entry, as for <see cref="AddAsync"/>.</param>
    /// <param name="cancellationToken">Gives up waiting. Whether the entry was added is then unknown.</param>
    /// <returns>The ordinal that it has; null where there is no such conversation, and then nothing was added.</returns>
    ValueTask<long?> TryAddAsync(ConversationKey conversation, StoredEntry entry, CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds text to an entry where the text is still missing (see <see cref="TextPiece.Fit"/>): at its end it is appended; what is there
    /// already is left out; a piece that begins after the end is not taken; one of a later epoch replaces the text.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="entry">The entry's id.</param>
    /// <param name="piece">The text and where it belongs.</param>
    /// <param name="cancellationToken">Gives up waiting. Whether the text was added is then unknown.</param>
    /// <returns>What became of the piece, and how long the text is.</returns>
    ValueTask<AppendResult> AppendAsync(
        ConversationKey conversation, Guid entry, TextPiece piece, CancellationToken cancellationToken = default);

    /// <summary>
    /// Changes the state of an entry.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="entry">The entry's id.</param>
    /// <param name="change">How it is from now on.</param>
    /// <param name="cancellationToken">Gives up waiting. Whether the entry was changed is then unknown.</param>
    /// <returns>Whether it is so now: not where there is no such entry, or its text has a later epoch.</returns>
    ValueTask<bool> ChangeAsync(
        ConversationKey conversation, Guid entry, EntryChange change, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads the newest entries of a conversation, or the newest of those before one. What it costs does not depend on how many there are.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="most">How many entries at most.</param>
    /// <param name="before">The ordinal of the entry before which to read; null for the newest.</param>
    /// <param name="cancellationToken">Gives up reading.</param>
    /// <returns>The conversation with these entries, oldest first; null where there is none.</returns>
    ValueTask<StoredConversation?> ReadAsync(
        ConversationKey conversation, int most, long? before = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lists the conversations of an owner.
    /// </summary>
    /// <param name="owner">Whose.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Gives up reading.</param>
    /// <returns>The conversations, the one that was last added to first.</returns>
    ValueTask<IReadOnlyList<ConversationSummary>> ListAsync(string owner, int most, CancellationToken cancellationToken = default);

    /// <summary>
    /// Names a conversation.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="title">Its name; null for none.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Whether there is such a conversation.</returns>
    ValueTask<bool> RenameAsync(ConversationKey conversation, string? title, CancellationToken cancellationToken = default);

    /// <summary>
    /// Names a conversation that has no name yet.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="title">Its name, unless it has one.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The name that it has now; null where there is no such conversation.</returns>
    ValueTask<string?> ProposeTitleAsync(ConversationKey conversation, string title, CancellationToken cancellationToken = default);

    /// <summary>
    /// Says whether what the user does is recorded. A conversation that was not there is there afterwards: somebody may pause before
    /// anything happened.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="paused">Whether it is not recorded.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>A task that ends when it is stored.</returns>
    ValueTask SetPausedAsync(ConversationKey conversation, bool paused, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes a conversation and all its entries.
    /// </summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Whether there was such a conversation.</returns>
    ValueTask<bool> DeleteAsync(ConversationKey conversation, CancellationToken cancellationToken = default);

    /// <summary>
    /// Forgets a visitor: deletes all conversations of an owner.
    /// </summary>
    /// <param name="owner">Whose.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How many there were.</returns>
    ValueTask<int> DeleteAllAsync(string owner, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lists conversations of any owner that are too old, or too many, for a sweep to delete.
    /// </summary>
    /// <param name="unchangedSince">Those to which nothing was added from then on.</param>
    /// <param name="maxPerOwner">And those of an owner beyond so many, of which the ones that were last added to count first.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Gives up reading.</param>
    /// <returns>Their keys, the one that was added to longest ago first.</returns>
    ValueTask<IReadOnlyList<ConversationKey>> FindExpiredAsync(
        DateTimeOffset unchangedSince, int maxPerOwner, int most, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes the oldest entries of conversations that have too many. The others keep their places.
    /// </summary>
    /// <param name="maxPerConversation">How many entries of a conversation are kept: the newest.</param>
    /// <param name="most">How many are deleted at most.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How many were deleted: where that is <paramref name="most"/>, there may be more.</returns>
    ValueTask<int> TrimAsync(int maxPerConversation, int most, CancellationToken cancellationToken = default);
}
