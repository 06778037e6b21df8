using Pipulate.Conversations;
using Pipulate.Conversations.Entries;

namespace Pipulate.Storage;

/// <summary>
/// Tracks what the store lacks of a conversation, and writes it in rounds. Nothing is queued for the store: each round writes the
/// difference to the conversation as it is now, as a page is written. So a slow or unavailable store gets fewer and larger writes, costs no
/// memory, and a write without a result is tried again.
/// </summary>
internal sealed class ConversationWriter : IConversationObserver
{
    /// <summary>Limits how many entries a conversation is opened with: more than a page shows or a prompt holds.</summary>
    public const int Window = 200;

    /// <summary>Limits how many entries are written in one round, which has a time limit.</summary>
    private const int RoundEntries = 1_000;

    private const int Idle = 0;
    private const int Working = 1;
    private const int Rescheduled = 2;

    private readonly IWriteQueue _queue;
    private readonly IConversationStore _store;
    private readonly IConversationLifecycle _lifecycle;
    private readonly IPendingEntryStore? _pendingEntries;
    private readonly StoredPresence _presence;
    private readonly EntryWriter _entries;
    private readonly DetailsWriter _details;
    private readonly HistoryLoader _history;
    private readonly EventForgetter _events;

    // Guarded by the conversation's lock.
    private readonly HashSet<ConversationEntry> _changed = [];
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _detailsChanged;
    private TaskCompletionSource? _saving;
    private TaskCompletionSource? _deletion;
    private int _due;
    private int _growing;

    public ConversationWriter(
        Conversation conversation,
        IWriteQueue queue,
        IConversationStore store,
        IConversationLifecycle lifecycle,
        IPendingEntryStore? pendingEntries)
    {
        (Conversation, _queue, _store, _lifecycle, _pendingEntries) = (conversation, queue, store, lifecycle, pendingEntries);
        Key = new ConversationKey(conversation.Id.Owner, conversation.Id);
        _presence = new StoredPresence(lifecycle.IsShared);
        _entries = new EntryWriter(conversation, Key, store, pendingEntries, _presence);
        _details = new DetailsWriter(conversation, Key, store, _presence);
        _history = new HistoryLoader(conversation, Key, store, _entries, _presence, lifecycle.IsShared);
        _events = new EventForgetter(conversation, Key, store);
    }

    public Conversation Conversation { get; }

    public ConversationKey Key { get; }

    /// <summary>Gets a value indicating whether a write may create the conversation in the store.</summary>
    public bool CreatesConversation => _presence.MayCreate;

    /// <summary>Gets how many of <see cref="ConversationDetails.PauseChanges"/> the store has.</summary>
    public int StoredPauseChanges => _details.StoredPauseChanges;

    /// <summary>Gets how many of <see cref="ConversationDetails.TitleChanges"/> the store has.</summary>
    public int StoredTitleChanges => _details.StoredTitleChanges;

    /// <summary>Gets a task that ends when the conversation has its history.</summary>
    public Task Loaded => _loaded.Task;

    /// <summary>
    /// Gets or sets a value indicating whether the process holds the conversation no longer: while the store is unavailable, what is not
    /// stored is given up.
    /// </summary>
    public bool IsEvicted { get; set; }

    /// <summary>Gets or sets a value indicating whether the conversation shows the notice that it is not being saved.</summary>
    public bool IsNoticeShown { get; set; }

    /// <summary>Gets or sets how often the store has refused it although it took other conversations meanwhile.</summary>
    public int Rejections { get; set; }

    /// <summary>Gets or sets when the last write failed, as a timestamp; null after a success.</summary>
    public long? LastFailure { get; set; }

    /// <summary>Gets a value indicating whether the conversation is still to be deleted from the store.</summary>
    public bool IsBeingDeleted => !Deleted.IsCompleted;

    /// <summary>Gets a task that ends when the store has deleted the conversation; completed where it is not to be deleted.</summary>
    public Task Deleted => Volatile.Read(ref _deletion)?.Task ?? Task.CompletedTask;

    /// <summary>Gets a value indicating whether the store has everything.</summary>
    public bool IsSaved
    {
        get
        {
            lock (Conversation.Gate)
            {
                return _loaded.Task.IsCompleted
                    && Volatile.Read(ref _due) == Idle
                    && _changed.Count == 0
                    && !_detailsChanged
                    && !_events.IsRequested
                    && !IsBeingDeleted;
            }
        }
    }

    bool IConversationObserver.IsSettled => IsSaved;

    /// <summary>Begins to read the history. A store that has it at hand is done when this returns.</summary>
    public void Load()
    {
        if (_history.Begin() is { } changed)
        {
            OnLoaded(changed);
        }
    }

    /// <inheritdoc cref="DetailsWriter.RefreshAsync"/>
    public Task<StoredConversation?> RefreshAsync(TimeSpan settled, CancellationToken cancellationToken) =>
        _details.RefreshAsync(settled, cancellationToken);

    public void OnChanged(ConversationEntry? entry)
    {
        if (Conversation.IsDeleted)
        {
            return;
        }

        if (entry is null)
        {
            _detailsChanged = true;
        }
        else
        {
            _changed.Add(entry);
        }

        if (entry is { State: EntryState.Streaming, Text.Length: > 0 })
        {
            if (Interlocked.Exchange(ref _growing, 1) == 0)
            {
                _queue.ScheduleCheckpoint(this);
            }
        }
        else
        {
            _queue.Schedule(this);
        }
    }

    /// <inheritdoc cref="EntryWriter.OnStored"/>
    public void OnStored(StoredEntry stored) => _entries.OnStored(stored);

    /// <summary>Records that there is something to write.</summary>
    /// <returns>Whether the writer must be queued; otherwise a round is queued or running, and looks again at its end.</returns>
    public bool TrySchedule() => Interlocked.Exchange(ref _due, Rescheduled) == Idle;

    /// <summary>Ends a round.</summary>
    /// <returns>Whether everything is written; otherwise something came meanwhile, and another round is due.</returns>
    public bool TryComplete() => Interlocked.CompareExchange(ref _due, Idle, Working) == Working;

    /// <summary>Begins a checkpoint: text that grows from here on schedules the next one.</summary>
    public void BeginCheckpoint() => Volatile.Write(ref _growing, 0);

    /// <summary>Writes what the store lacks, now.</summary>
    /// <returns>A task that ends when that was tried. It never fails.</returns>
    public Task SaveAsync()
    {
        Task saving;
        lock (Conversation.Gate)
        {
            saving = (_saving ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        _queue.Schedule(this);
        return saving;
    }

    /// <summary>Removes all events from the store, in order with the writes. Tried until it succeeds.</summary>
    /// <returns>A task that ends when that was tried. It never fails.</returns>
    public Task ForgetEventsAsync()
    {
        _events.Request();
        return SaveAsync();
    }

    /// <summary>Stores an entry that waits for a reply, where nodes share the replies.</summary>
    /// <returns>Whether it is stored; false where the conversation was deleted.</returns>
    public async ValueTask<bool> TryAddPendingAsync(ConversationEntry entry, CancellationToken cancellationToken) =>
        _pendingEntries is null || await _entries.TryAddPendingAsync(_pendingEntries, _entries.ToStoredEntry(entry), cancellationToken);

    /// <summary>
    /// Announces that the conversation is about to be deleted, so that a caller that finds it deleted can wait for the store.
    /// </summary>
    public void AnnounceDeletion() =>
        Interlocked.CompareExchange(ref _deletion, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);

    /// <summary>
    /// Deletes the conversation from the store, in order with the writes: what is being written now is deleted as well, and nothing is
    /// written behind it. Tried until it succeeds.
    /// </summary>
    /// <returns>A task that ends when it is deleted.</returns>
    public Task DeleteAsync()
    {
        _queue.Schedule(this);
        return Deleted;
    }

    /// <summary>Ends the conversation here, because another node has deleted it.</summary>
    public void OnDeleted() => _lifecycle.OnDeleted(Conversation);

    /// <summary>Writes what the store lacks. What is not written when it fails is written in the next round.</summary>
    /// <returns>Whether that was all; otherwise there is more for another round.</returns>
    public async Task<bool> WriteAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _due, Working);
        if (Conversation.IsDeleted && Volatile.Read(ref _deletion) is { } deletion)
        {
            await DeleteAsync(deletion, cancellationToken);
        }
        else if (!_loaded.Task.IsCompleted)
        {
            OnLoaded(await _history.CompleteAsync(cancellationToken));
        }

        if (Conversation.IsDeleted)
        {
            Abandon();
            return true;
        }

        var saving = Take(out var changed);
        var written = 0;
        try
        {
            var stored = await _details.WritePauseAsync(cancellationToken);
            for (; stored && written < changed.Count && !Conversation.IsDeleted; written++)
            {
                stored = await _entries.WriteAsync(changed[written], cancellationToken);
            }

            if (!stored)
            {
                OnDeleted();
            }

            await _details.WriteTitleAsync(cancellationToken);
            await _events.WriteAsync(cancellationToken);
        }
        catch
        {
            lock (Conversation.Gate)
            {
                if (!Conversation.IsDeleted)
                {
                    _changed.UnionWith(changed.Skip(written));
                    _detailsChanged = true;
                }
            }

            throw;
        }
        finally
        {
            saving?.TrySetResult();
        }

        return changed.Count < RoundEntries;
    }

    /// <summary>Gives up what is not written.</summary>
    /// <returns>How many entries that were.</returns>
    public int Abandon()
    {
        lock (Conversation.Gate)
        {
            var lost = _changed.Count;
            _changed.Clear();
            _detailsChanged = false;
            _saving?.TrySetResult();
            return lost;
        }
    }

    private async Task DeleteAsync(TaskCompletionSource deletion, CancellationToken cancellationToken)
    {
        if (deletion.Task.IsCompleted)
        {
            return;
        }

        await _store.DeleteAsync(Key, cancellationToken);
        _lifecycle.AnnounceDeleted(Key.Id);

        // From here on, the conversation is opened from the store again.
        Conversation.Usage.Evict();
        Conversation.Viewers.NotifyChanged();
        _loaded.TrySetResult();
        deletion.TrySetResult();
    }

    private void OnLoaded(IReadOnlyList<ConversationEntry> changed)
    {
        lock (Conversation.Gate)
        {
            foreach (var entry in changed)
            {
                OnChanged(entry);
            }
        }

        _loaded.TrySetResult();
    }

    /// <returns>What waits for the write; null where nothing does.</returns>
    private TaskCompletionSource? Take(out List<ConversationEntry> changed)
    {
        lock (Conversation.Gate)
        {
            changed = [.. _changed.OrderBy(entry => entry.Ordinal).Take(RoundEntries)];
            _changed.ExceptWith(changed);
            _detailsChanged = false;
            var saving = _saving;
            _saving = null;
            return saving;
        }
    }
}
