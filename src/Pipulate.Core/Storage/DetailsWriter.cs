using Pipulate.Conversations;

namespace Pipulate.Storage;

/// <summary>Writes the title of one conversation, and whether it is paused, to the store.</summary>
internal sealed class DetailsWriter(
    Conversation conversation, ConversationKey key, IConversationStore store, StoredPresence presence)
{
    private int _storedPauseChanges;
    private int _storedTitleChanges;

    /// <summary>Gets how many of <see cref="ConversationDetails.PauseChanges"/> the store has.</summary>
    public int StoredPauseChanges => Volatile.Read(ref _storedPauseChanges);

    /// <summary>Gets how many of <see cref="ConversationDetails.TitleChanges"/> the store has.</summary>
    public int StoredTitleChanges => Volatile.Read(ref _storedTitleChanges);

    /// <summary>Writes whether the conversation is paused. Called before the entries of a round are written.</summary>
    /// <returns>Whether the conversation is still in the store; false where it was deleted.</returns>
    public async Task<bool> WritePauseAsync(CancellationToken cancellationToken)
    {
        var (paused, changes) = ReadPause();
        if (changes != _storedPauseChanges)
        {
            if (!presence.MayCreate && await store.ReadAsync(key, 1, cancellationToken: cancellationToken) is null)
            {
                return false;
            }

            await store.SetPausedAsync(key, paused, cancellationToken);
            presence.Set(true);
            Volatile.Write(ref _storedPauseChanges, changes);
        }

        return true;
    }

    /// <summary>
    /// Writes the title. Called after the entries of a round are written, because the first of them creates the conversation.
    /// </summary>
    public async Task WriteTitleAsync(CancellationToken cancellationToken)
    {
        var (title, proposed, changes) = ReadTitle();
        if (changes == _storedTitleChanges || conversation.IsDeleted)
        {
            return;
        }

        bool isThere;
        if (proposed)
        {
            // On another node the visitor may have named it: that name stays.
            var stored = await store.ProposeTitleAsync(key, title!, cancellationToken);
            isThere = stored is not null;
            if (isThere && stored != title)
            {
                conversation.Details.ReplaceProposedTitle(title, stored);
            }
        }
        else
        {
            isThere = await store.RenameAsync(key, title, cancellationToken);
        }

        if (isThere)
        {
            // Otherwise there is no entry yet, and the title is written after the first one.
            Volatile.Write(ref _storedTitleChanges, changes);
        }
    }

    /// <summary>Reads what the store has now, and applies its title and pause where nothing newer is known here.</summary>
    /// <param name="settled">After how long the changes that another node has announced must be in the store.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<StoredConversation?> RefreshAsync(TimeSpan settled, CancellationToken cancellationToken)
    {
        int? pauseChanges, titleChanges;
        lock (conversation.Gate)
        {
            pauseChanges = conversation.Details.PauseChanges == StoredPauseChanges ? conversation.Details.PauseChanges : null;
            titleChanges = conversation.Details.TitleChanges == StoredTitleChanges ? conversation.Details.TitleChanges : null;
        }

        var stored = await store.ReadAsync(key, ConversationWriter.Window, cancellationToken: cancellationToken);
        if (stored is not null)
        {
            conversation.Details.ApplyStored(stored.Summary.IsPaused, stored.Summary.Title, pauseChanges, titleChanges, settled);
        }

        return stored;
    }

    private (bool Paused, int Changes) ReadPause()
    {
        lock (conversation.Gate)
        {
            return (conversation.Details.IsPaused, conversation.Details.PauseChanges);
        }
    }

    private (string? Title, bool Proposed, int Changes) ReadTitle()
    {
        lock (conversation.Gate)
        {
            return (conversation.Details.Title, conversation.Details.IsTitleProposed, conversation.Details.TitleChanges);
        }
    }
}
