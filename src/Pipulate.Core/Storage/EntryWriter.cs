using System.Collections.Concurrent;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;

namespace Pipulate.Storage;

/// <summary>
/// Writes the entries of one conversation to the store, each from where the store has it: what is new, what has grown, and what it has
/// become.
/// </summary>
internal sealed class EntryWriter(
    Conversation conversation,
    ConversationKey key,
    IConversationStore store,
    IPendingEntryStore? pendingEntries,
    StoredPresence presence)
{
    /// <summary>
    /// Holds what the store has of each entry, by its id. One round at a time uses the states; the dictionary is concurrent because a reply
    /// that is stored before its entry exists is added from outside the rounds.
    /// </summary>
    private readonly ConcurrentDictionary<Guid, SavedEntryState> _saved = new(concurrencyLevel: 1, capacity: 7);

    /// <summary>Records that the store has an entry.</summary>
    public void OnStored(StoredEntry stored) => _saved[stored.Id] = SavedEntryState.Of(stored);

    /// <summary>Maps an entry as the store is to have it now.</summary>
    public StoredEntry ToStoredEntry(ConversationEntry entry)
    {
        lock (conversation.Gate)
        {
            return EntryMapper.ToStoredEntry(entry);
        }
    }

    /// <summary>Writes what the store lacks of an entry.</summary>
    /// <returns>Whether the conversation is still in the store; false where it was deleted.</returns>
    public async Task<bool> WriteAsync(ConversationEntry entry, CancellationToken cancellationToken)
    {
        var saved = GetState(entry);
        if (saved.Unconfirmed is { } first)
        {
            if (!await AddAsync(first, entry.RequiresReply, cancellationToken))
            {
                return false;
            }

            saved.OnAdded();
            presence.Set(true);
        }

        var now = ToStoredEntry(entry);
        var taken = (now.Epoch == saved.Change.Epoch && now.Text.Length == saved.Length)
            || await WriteTextAsync(saved, now, cancellationToken);
        if (taken && SavedEntryState.ChangeOf(now) is var rest && rest != saved.Change)
        {
            taken = await store.ChangeAsync(key, saved.Id, rest, cancellationToken);
            saved.OnChangeWritten(rest);
        }

        if (!taken)
        {
            await ResolveConflictAsync(saved, now, cancellationToken);
        }

        return true;
    }

    /// <summary>
    /// Stores an entry that waits for a reply. A message that the page has sent to another node as well is withdrawn where the store has it
    /// from there.
    /// </summary>
    /// <returns>Whether it is stored; false where the conversation was deleted.</returns>
    public async ValueTask<bool> TryAddPendingAsync(IPendingEntryStore pending, StoredEntry entry, CancellationToken cancellationToken)
    {
        var stored = await pending.AddPendingAsync(key, entry, presence.MayCreate, cancellationToken);
        if (stored is { } first && first != entry.Id)
        {
            conversation.Remote.WithdrawRepeated(entry.Id);
        }

        return stored is not null;
    }

    private SavedEntryState GetState(ConversationEntry entry) => _saved.GetOrAdd(
        entry.Id,
        static (_, made) => made.Entry.IsRemote
            ? SavedEntryState.Remote(made.Writer.ToStoredEntry(made.Entry))
            : SavedEntryState.Unsaved(made.Writer.ToStoredEntry(made.Entry)),
        (Writer: this, Entry: entry));

    private async ValueTask<bool> AddAsync(StoredEntry entry, bool requiresReply, CancellationToken cancellationToken)
    {
        if (requiresReply && pendingEntries is not null)
        {
            return await TryAddPendingAsync(pendingEntries, entry, cancellationToken);
        }

        if (!presence.MayCreate)
        {
            return await store.TryAddAsync(key, entry, cancellationToken) is not null;
        }

        await store.AddAsync(key, entry, cancellationToken);
        return true;
    }

    /// <summary>Appends what has grown. A later epoch is written whole, and so is what the store turns out to lack.</summary>
    /// <returns>Whether the store has taken it.</returns>
    private async Task<bool> WriteTextAsync(SavedEntryState saved, StoredEntry now, CancellationToken cancellationToken)
    {
        var from = now.Epoch == saved.Change.Epoch && now.Text.Length > saved.Length ? saved.Length : 0;
        var result = await store.AppendAsync(key, saved.Id, new TextPiece(now.Epoch, from, now.Text[from..]), cancellationToken);
        if (result.Outcome is AppendOutcome.Gap)
        {
            result = await store.AppendAsync(key, saved.Id, new TextPiece(now.Epoch, 0, now.Text), cancellationToken);
        }

        saved.OnTextWritten(now.Epoch, now.Text.Length);
        return result.Outcome is AppendOutcome.Taken;
    }

    /// <summary>
    /// Takes over what the store has of an entry that it did not take: the entry was deleted, or another node took this one for dead and
    /// has ended it. The later epoch counts, here too.
    /// </summary>
    private async Task ResolveConflictAsync(SavedEntryState saved, StoredEntry refused, CancellationToken cancellationToken)
    {
        var stored = await store.ReadAsync(key, ConversationWriter.Window, cancellationToken: cancellationToken);
        if (stored?.Entries.FirstOrDefault(entry => entry.Id == saved.Id && entry.Epoch > refused.Epoch) is { } newer)
        {
            conversation.Remote.Apply(EntryFrame.Of(newer));
            saved.OnTextWritten(newer.Epoch, newer.Text.Length);
            saved.OnChangeWritten(SavedEntryState.ChangeOf(newer));
        }
    }
}
