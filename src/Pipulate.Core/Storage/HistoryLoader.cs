using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;

namespace Pipulate.Storage;

/// <summary>Reads the history of one conversation from the store, and restores the conversation with it.</summary>
internal sealed class HistoryLoader(
    Conversation conversation, ConversationKey key, IConversationStore store, EntryWriter entries, StoredPresence presence, bool isShared)
{
    private Task<StoredConversation?>? _loading;

    /// <summary>Begins to read the history.</summary>
    /// <returns>
    /// What <see cref="CompleteAsync"/> returns, where the store has the history at hand; null where it is still reading.
    /// </returns>
    public IReadOnlyList<ConversationEntry>? Begin()
    {
        var reading = store.ReadAsync(key, ConversationWriter.Window);
        if (reading.IsCompletedSuccessfully)
        {
            return Restore(reading.Result);
        }

        conversation.BeginBeforeHistory();
        _loading = reading.AsTask();
        return null;
    }

    /// <summary>Waits for what <see cref="Begin"/> has begun, or reads again where that has failed.</summary>
    /// <returns>The entries that differ from what the store has.</returns>
    public async Task<IReadOnlyList<ConversationEntry>> CompleteAsync(CancellationToken cancellationToken)
    {
        var loading = _loading ?? store.ReadAsync(key, ConversationWriter.Window, cancellationToken: cancellationToken).AsTask();
        _loading = null;
        return Restore(await loading.WaitAsync(cancellationToken));
    }

    private List<ConversationEntry> Restore(StoredConversation? stored)
    {
        if (stored is null && conversation.Id.Name is not null)
        {
            // A visitor's further conversations are created before they are used. This one was deleted, or its name is made up.
            conversation.Delete(TextKey.ConversationNotThere);
            conversation.Usage.Evict();
            return [];
        }

        presence.Set(stored is not null);

        // An entry that was streaming when its process ended will not go on; with other nodes, it may be one of theirs that does.
        var interrupted = isShared ? null : conversation.Texts[TextKey.StoppedByRestart];
        var restored = new List<ConversationEntry>();
        var changed = new List<ConversationEntry>();
        foreach (var saved in stored?.Entries.Where(entry => !entry.Withdrawn) ?? [])
        {
            var entry = EntryMapper.ToConversationEntry(saved, interrupted);
            entries.OnStored(saved);
            restored.Add(entry);
            if (entry.State != saved.State)
            {
                changed.Add(entry);
            }
        }

        conversation.Restore(restored, stored?.Summary.IsPaused ?? false, stored?.Summary.Title);
        return changed;
    }
}
