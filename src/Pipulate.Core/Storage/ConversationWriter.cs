using System.Collections.Concurrent;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;

namespace Pipulate.Storage;

/// <summary>
/// A conversation and what the store has of it. Nothing is queued for the store: each round writes what is missing from there to the
/// conversation as it is now, the way a page is written to. So a store that is slow or away gets fewer and larger writes, costs no memory,
/// and what was tried without an answer is tried again.
/// </summary>
internal sealed class ConversationWriter(
    Conversation conversation, WriteBehindService keeper, IConversationStore store) : IConversationObserver
{
    /// <summary>How many entries a conversation is opened with: more than a page shows or a model is told.</summary>
    public const int Window = 200;

    /// <summary>How many entries are written in one round, which has a time limit.</summary>
    private const int RoundEntries = 1_000;

    private const int Idle = 0;
    private const int Working = 1;
    private const int Rescheduled = 2;

    private readonly ConversationKey _key = new(conversation.Id.Owner, conversation.Id);

    public ConversationKey Key => _key;

    /// <summary>Guarded by the conversation's lock.</summary>
    private readonly HashSet<ConversationEntry> _changed = [];

    /// <summary>
    /// Holds what the store has of each entry, by its id. Only one round at a time uses the states; the dictionary is concurrent because a
    /// reply that is stored before its entry exists is added from outside the rounds.
    /// </summary>
    private readonly ConcurrentDictionary<Guid, SavedEntryState> _saved = new(concurrencyLevel: 1, capacity: 7);
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<StoredConversation?>? _loading;
    private bool _aboutChanged;
    private TaskCompletionSource? _saving;
    private TaskCompletionSource? _deletion;

    private int _storedPauseChanges;
    private int _storedTitleChanges;
    private bool _known;
    private int _due;
    private int _growing;

    private bool _forgetsEvents;

    public Conversation Conversation => conversation;

    /// <summary>
    /// Whether the store may not know of it yet. Once it does, and other nodes can delete it, nothing that is still said brings it back.
    /// </summary>
    public bool CreatesConversation => !(keeper.IsShared && Volatile.Read(ref _known));

    /// <summary>Gets how many of <see cref="Conversation.PauseChanges"/> the store has.</summary>
    public int StoredPauseChanges => Volatile.Read(ref _storedPauseChanges);

    /// <summary>Gets how many of <see cref="Conversation.TitleChanges"/> the store has.</summary>
    public int StoredTitleChanges => Volatile.Read(ref _storedTitleChanges);

    /// <summary>Done once the conversation has what was said before.</summary>
    public Task Loaded => _loaded.Task;

    /// <summary>Forgotten by the process: where the store is away, what is not stored is given up.</summary>
    public bool IsEvicted { get; set; }

    /// <summary>Whether the people at its pages were told that it is not being saved.</summary>
    public bool IsNoticeShown { get; set; }

    /// <summary>How often it was tried in vain although others were written meanwhile.</summary>
    public int Rejections { get; set; }

    /// <summary>When it was last tried in vain, as a timestamp; null after a success.</summary>
    public long? LastFailure { get; set; }

    /// <summary>Whether the store is still to be told that it is deleted.</summary>
    public bool IsBeingDeleted => !Deleted.IsCompleted;

    /// <summary>Done once the store has deleted it, and at once where nobody has said that it should.</summary>
    public Task Deleted => Volatile.Read(ref _deletion)?.Task ?? Task.CompletedTask;

    /// <summary>Whether the store lacks nothing of it.</summary>
    public bool IsSaved
    {
        get
        {
            lock (conversation.Gate)
            {
                return _loaded.Task.IsCompleted
                    && Volatile.Read(ref _due) == Idle
                    && _changed.Count == 0
                    && !_aboutChanged
                    && !Volatile.Read(ref _forgetsEvents)
                    && !IsBeingDeleted;
            }
        }
    }

    /// <summary>What the store has of a conversation; null where none keeps it.</summary>
    public static ConversationWriter? Of(Conversation conversation) => conversation.Observers.OfType<ConversationWriter>().FirstOrDefault();

    /// <summary>Begins to read what was said before. A store that has it at hand is done when this returns.</summary>
    public void Load()
    {
        var reading = store.ReadAsync(_key, Window);
        if (reading.IsCompletedSuccessfully)
        {
            Restore(reading.Result);
        }
        else
        {
            conversation.BeginBeforeHistory();
            _loading = reading.AsTask();
        }
    }

    /// <summary>Reads what the store has now.</summary>
    public async Task<StoredConversation?> ReadAsync(CancellationToken cancellationToken) =>
        await store.ReadAsync(_key, Window, cancellationToken: cancellationToken);

    /// <summary>Reads what the store has now, and applies its title and whether it records where nothing newer is known here.</summary>
    /// <param name="settled">After how long what another node has told must be in the store.</param>
    /// <param name="cancellationToken">Gives up reading.</param>
    public async Task<StoredConversation?> RefreshAsync(TimeSpan settled, CancellationToken cancellationToken)
    {
        int? pauseChanges, titleChanges;
        lock (conversation.Gate)
        {
            pauseChanges = conversation.PauseChanges == StoredPauseChanges ? conversation.PauseChanges : null;
            titleChanges = conversation.TitleChanges == StoredTitleChanges ? conversation.TitleChanges : null;
        }

        var stored = await ReadAsync(cancellationToken);
        if (stored is not null)
        {
            conversation.ApplyStored(stored.Summary.IsPaused, stored.Summary.Title, pauseChanges, titleChanges, settled);
        }

        return stored;
    }

    bool IConversationObserver.IsSettled => IsSaved;

    /// <summary>Records that the store has an entry, before the conversation has it.</summary>
    public void OnStored(StoredEntry stored) => _saved[stored.Id] = SavedEntryState.Of(stored);

    public void OnChanged(ConversationEntry? entry)
    {
        if (conversation.IsDeleted)
        {
            return;
        }

        if (entry is null)
        {
            _aboutChanged = true;
        }
        else
        {
            _changed.Add(entry);
        }

        if (entry is { State: EntryState.Streaming, Text.Length: > 0 })
        {
            if (Interlocked.Exchange(ref _growing, 1) == 0)
            {
                keeper.ScheduleCheckpoint(this);
            }
        }
        else
        {
            keeper.Schedule(this);
        }
    }

    /// <summary>Says that there is something to write.</summary>
    /// <returns>Whether somebody must be sent to write it; else somebody is on it and will look again.</returns>
    public bool TrySchedule() => Interlocked.Exchange(ref _due, Rescheduled) == Idle;

    /// <summary>Says that all is written.</summary>
    /// <returns>Whether that is so; else something came meanwhile.</returns>
    public bool TryComplete() => Interlocked.CompareExchange(ref _due, Idle, Working) == Working;

    /// <summary>Says that what grows is looked at now: what grows from here on is to be said again.</summary>
    public void BeginCheckpoint() => Volatile.Write(ref _growing, 0);

    /// <summary>Writes what the store lacks, now.</summary>
    /// <returns>A task that ends when that was tried. It never fails.</returns>
    public Task SaveAsync()
    {
        Task saving;
        lock (conversation.Gate)
        {
            saving = (_saving ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        keeper.Schedule(this);
        return saving;
    }

    /// <summary>Waits until the store has all that was said so far.</summary>
    /// <returns>A task that ends when it has, or when that is not to be had soon. It never fails.</returns>
    public Task WaitUntilStoredAsync() =>
        IsSaved || conversation.IsDeleted || !keeper.CanStore ? Task.CompletedTask : keeper.WaitForAsync(SaveAsync());

    /// <summary>Forgets all events in the store, in its turn among the writes. Tried until it is done.</summary>
    /// <returns>A task that ends when they are forgotten, or when that is not to be had soon. It never fails.</returns>
    public Task ForgetEventsAsync()
    {
        Volatile.Write(ref _forgetsEvents, true);
        var saving = SaveAsync();
        return keeper.CanStore ? keeper.WaitForAsync(saving) : Task.CompletedTask;
    }

    /// <summary>It is about to vanish, and to be deleted: whoever finds it gone can wait for that.</summary>
    public void AnnounceDeletion() =>
        Interlocked.CompareExchange(ref _deletion, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);

    /// <summary>
    /// Deletes it from the store, now that it has vanished, in its turn among the writes: what is being written now is deleted as well, and
    /// nothing is written behind it. Tried until it is done.
    /// </summary>
    /// <returns>A task that ends when it is deleted.</returns>
    public Task DeleteAsync()
    {
        keeper.Schedule(this);
        return Deleted;
    }

    /// <summary>Another node has deleted it.</summary>
    public void OnDeleted() => keeper.OnDeleted(conversation);

    /// <summary>Writes what the store lacks. Where it fails, what is not written yet is written the next time.</summary>
    /// <returns>Whether that was all; else there is more for another round.</returns>
    public async Task<bool> WriteAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _due, Working);
        if (conversation.IsDeleted && Volatile.Read(ref _deletion) is { } deletion)
        {
            await DeleteAsync(deletion, cancellationToken);
        }
        else if (!_loaded.Task.IsCompleted)
        {
            await LoadAsync(cancellationToken);
        }

        if (conversation.IsDeleted)
        {
            Abandon();
            return true;
        }

        var saving = Take(out var changed);
        var written = 0;
        try
        {
            await PauseAsync(cancellationToken);
            for (; written < changed.Count && !conversation.IsDeleted; written++)
            {
                await WriteAsync(changed[written], cancellationToken);
            }

            await RenameAsync(cancellationToken);
            await ForgetEventsAsync(cancellationToken);
        }
        catch
        {
            lock (conversation.Gate)
            {
                if (!conversation.IsDeleted)
                {
                    _changed.UnionWith(changed.Skip(written));
                    _aboutChanged = true;
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
        lock (conversation.Gate)
        {
            var lost = _changed.Count;
            _changed.Clear();
            _aboutChanged = false;
            _saving?.TrySetResult();
            return lost;
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var opening = _loading ?? store.ReadAsync(_key, Window, cancellationToken: cancellationToken).AsTask();
        _loading = null;
        Restore(await opening.WaitAsync(cancellationToken));
    }

    private async Task DeleteAsync(TaskCompletionSource deletion, CancellationToken cancellationToken)
    {
        if (deletion.Task.IsCompleted)
        {
            return;
        }

        await store.DeleteAsync(_key, cancellationToken);
        keeper.AnnounceDeleted(_key.Id);

        // Whoever asks for it from here on asks the store.
        conversation.Evict();
        conversation.Viewers.NotifyChanged();
        _loaded.TrySetResult();
        deletion.TrySetResult();
    }

    private void Restore(StoredConversation? stored)
    {
        if (stored is null && conversation.Id.Name is not null)
        {
            // A visitor's further conversations are made before they are used. This one was deleted, or somebody has made up its name.
            conversation.Delete(TextKey.ConversationNotThere);
            conversation.Evict();
            _loaded.TrySetResult();
            return;
        }

        Volatile.Write(ref _known, stored is not null);
        var entries = stored?.Entries.Where(entry => !entry.Withdrawn).Select(ToConversationEntry).ToList() ?? [];
        conversation.Restore(entries, stored?.Summary.IsPaused ?? false, stored?.Summary.Title);
        foreach (var entry in entries.Where(entry => entry.State != _saved[entry.Id].Change.State))
        {
            MarkChanged(entry);
        }

        _loaded.TrySetResult();
    }

    private void MarkChanged(ConversationEntry entry)
    {
        lock (conversation.Gate)
        {
            OnChanged(entry);
        }
    }

    /// <summary>
    /// What was streaming when the process died will not go on; where there are other nodes, it may be one of theirs that does.
    /// </summary>
    private ConversationEntry ToConversationEntry(StoredEntry stored)
    {
        var broken = stored.State is EntryState.Streaming && !keeper.IsShared;
        var entry =
            new ConversationEntry(checked((int)stored.Ordinal), stored.Role, broken ? EntryState.Stopped : stored.State, stored.CreatedAt)
            {
                Id = stored.Id,
                IsRemote = true,
                Epoch = stored.Epoch + (broken ? 1 : 0),
                Kind = stored.Kind,
                AuthorName = stored.Voice,
                Reason = broken ? conversation.Texts[TextKey.StoppedByRestart] : stored.Reason,
                MessageId = stored.MessageId,
            };
        entry.Text.Set(stored.Text);
        OnStored(stored);
        return entry;
    }

    /// <returns>Who waits for the write, if somebody does.</returns>
    private TaskCompletionSource? Take(out List<ConversationEntry> changed)
    {
        lock (conversation.Gate)
        {
            changed = [.. _changed.OrderBy(entry => entry.Ordinal).Take(RoundEntries)];
            _changed.ExceptWith(changed);
            _aboutChanged = false;
            var saving = _saving;
            _saving = null;
            return saving;
        }
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        var (paused, changes) = ReadPause();
        if (changes != _storedPauseChanges)
        {
            if (!CreatesConversation && await store.ReadAsync(_key, 1, cancellationToken: cancellationToken) is null)
            {
                OnDeleted();
                return;
            }

            await store.SetPausedAsync(_key, paused, cancellationToken);
            Volatile.Write(ref _known, true);
            Volatile.Write(ref _storedPauseChanges, changes);
        }
    }

    private (bool Paused, int Changes) ReadPause()
    {
        lock (conversation.Gate)
        {
            return (conversation.IsPaused, conversation.PauseChanges);
        }
    }

    private (string? Title, bool Proposed, int Changes) ReadTitle()
    {
        lock (conversation.Gate)
        {
            return (conversation.Title, conversation.IsTitleProposed, conversation.TitleChanges);
        }
    }

    /// <summary>Behind the entries: a conversation begins with the first of them.</summary>
    private async Task RenameAsync(CancellationToken cancellationToken)
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
            var stored = await store.ProposeTitleAsync(_key, title!, cancellationToken);
            isThere = stored is not null;
            if (isThere && stored != title)
            {
                conversation.ReplaceProposedTitle(title, stored);
            }
        }
        else
        {
            isThere = await store.RenameAsync(_key, title, cancellationToken);
        }

        if (isThere)
        {
            // Else there is no entry yet, and it is written behind the first one.
            Volatile.Write(ref _storedTitleChanges, changes);
        }
    }

    private async Task ForgetEventsAsync(CancellationToken cancellationToken)
    {
        if (!Volatile.Read(ref _forgetsEvents))
        {
            return;
        }

        for (long? before = null; await store.ReadAsync(
            _key, Window, before, cancellationToken) is { Entries: { Count: > 0 } entries }; before = entries[0].Ordinal)
        {
            // Those that are in memory are forgotten there, and written as all that changes.
            var here = ReadIds();
            foreach (var entry in entries.Where(entry => entry is { Role: EntryRole.Event, Withdrawn: false } && !here.Contains(entry.Id)))
            {
                await store.AppendAsync(_key, entry.Id, new TextPiece(entry.Epoch + 1, 0, ""), cancellationToken);
                await store.ChangeAsync(
                    _key, entry.Id, new EntryChange(entry.Epoch + 1, entry.State, entry.Reason, Withdrawn: true), cancellationToken);
            }
        }

        Volatile.Write(ref _forgetsEvents, false);
    }

    private HashSet<Guid> ReadIds()
    {
        lock (conversation.Gate)
        {
            return [.. conversation.Entries.Select(entry => entry.Id)];
        }
    }

    private async Task WriteAsync(ConversationEntry entry, CancellationToken cancellationToken)
    {
        var kept = _saved.GetOrAdd(
            entry.Id,
            static (_, made) => made.Entry.IsRemote
                ? SavedEntryState.Remote(made.Writer.ToStoredEntry(made.Entry))
                : SavedEntryState.Unsaved(made.Writer.ToStoredEntry(made.Entry)),
            (Writer: this, Entry: entry));
        if (kept.Unconfirmed is { } first)
        {
            if (!await AddAsync(first, entry.RequiresReply, cancellationToken))
            {
                OnDeleted();
                return;
            }

            kept.OnAdded();
            Volatile.Write(ref _known, true);
        }

        var now = ToStoredEntry(entry);
        var taken = (now.Epoch == kept.Change.Epoch && now.Text.Length == kept.Length)
            || await WriteTextAsync(kept, now, cancellationToken);
        if (taken && SavedEntryState.ChangeOf(now) is var rest && rest != kept.Change)
        {
            taken = await store.ChangeAsync(_key, kept.Id, rest, cancellationToken);
            kept.OnChangeWritten(rest);
        }

        if (!taken)
        {
            await ResolveConflictAsync(kept, now, cancellationToken);
        }
    }

    /// <summary>
    /// The store has not taken it: the entry was deleted, or another node took this one for dead and has ended it. Then that counts, here
    /// too.
    /// </summary>
    private async Task ResolveConflictAsync(SavedEntryState kept, StoredEntry refused, CancellationToken cancellationToken)
    {
        var stored = await ReadAsync(cancellationToken);
        if (stored?.Entries.FirstOrDefault(entry => entry.Id == kept.Id && entry.Epoch > refused.Epoch) is { } newer)
        {
            conversation.ApplyRemote(EntryFrame.Of(newer));
            kept.OnTextWritten(newer.Epoch, newer.Text.Length);
            kept.OnChangeWritten(SavedEntryState.ChangeOf(newer));
        }
    }

    /// <returns>Whether it is stored; else the conversation was deleted.</returns>
    private async ValueTask<bool> AddAsync(StoredEntry entry, bool waits, CancellationToken cancellationToken)
    {
        if (waits && keeper.PendingEntries is { } pending)
        {
            return await TryAddPendingAsync(pending, entry, cancellationToken);
        }

        if (!CreatesConversation)
        {
            return await store.TryAddAsync(_key, entry, cancellationToken) is not null;
        }

        await store.AddAsync(_key, entry, cancellationToken);
        return true;
    }

    /// <summary>
    /// Stores an entry that waits for a reply. A message that the page has sent to another node as well is withdrawn where the store has it
    /// from there.
    /// </summary>
    /// <returns>Whether it is stored; else the conversation was deleted.</returns>
    public async ValueTask<bool> TryAddPendingAsync(IPendingEntryStore pending, StoredEntry entry, CancellationToken cancellationToken)
    {
        var stored = await pending.AddPendingAsync(_key, entry, CreatesConversation, cancellationToken);
        if (stored is { } first && first != entry.Id)
        {
            conversation.WithdrawRepeated(entry.Id);
        }

        return stored is not null;
    }

    /// <summary>What has grown is appended; a later epoch comes whole, and so does what the store turns out to lack.</summary>
    /// <returns>Whether the store has taken it.</returns>
    private async Task<bool> WriteTextAsync(SavedEntryState kept, StoredEntry now, CancellationToken cancellationToken)
    {
        var from = now.Epoch == kept.Change.Epoch && now.Text.Length > kept.Length ? kept.Length : 0;
        var result = await store.AppendAsync(_key, kept.Id, new TextPiece(now.Epoch, from, now.Text[from..]), cancellationToken);
        if (result.Outcome is AppendOutcome.Gap)
        {
            result = await store.AppendAsync(_key, kept.Id, new TextPiece(now.Epoch, 0, now.Text), cancellationToken);
        }

        kept.OnTextWritten(now.Epoch, now.Text.Length);
        return result.Outcome is AppendOutcome.Taken;
    }

    /// <summary>The entry as it would be stored now.</summary>
    public StoredEntry ToStoredEntry(ConversationEntry entry)
    {
        lock (conversation.Gate)
        {
            return new StoredEntry
            {
                Id = entry.Id,
                Role = entry.Role,
                State = entry.State,
                CreatedAt = entry.CreatedAt,
                Epoch = entry.Epoch,
                Text = entry.Text.ToString(),
                Withdrawn = entry.Withdrawn,
                Kind = Clean(entry.Kind),
                Voice = Clean(entry.AuthorName),
                Reason = Clean(entry.Reason),
                MessageId = Clean(entry.MessageId),
            };
        }
    }

    /// <summary>As the text of an entry is cleaned: a page chooses its message's id, and a database refuses NUL.</summary>
    private static string? Clean(string? value)
    {
        if (value is null)
        {
            return null;
        }

        var text = new EntryText();
        text.Set(value);
        return text.ToString();
    }
}
