using System.Buffers.Text;
using System.Security.Cryptography;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;

namespace Pipulate.Conversations;

/// <summary>
/// Owns what was written and done: an append-only list of entries under one lock. Every change raises the version and notifies the viewers;
/// readers use <see cref="Read{TState, TResult}"/>.
/// </summary>
/// <remarks>
/// Safe because the entries and the lock are in an <see cref="EntryLog"/> that only the conversation and its parts refer to. Observers are
/// called under the lock; viewers and events are notified outside it.
/// </remarks>
internal sealed partial class Conversation
{
    /// <summary>Caps how many of the last messages are compared with a new one that the page may have sent twice.</summary>
    private const int RememberedMessageIds = 20;

    private readonly TimeProvider _time;
    private readonly EntryLog _log;
    private readonly HistoryRestorer _restorer;

    /// <param name="id">The id.</param>
    /// <param name="time">The clock.</param>
    /// <param name="markdown">Whether messages of the assistant are Markdown.</param>
    public Conversation(ConversationId id, TimeProvider time, bool markdown = false)
    {
        Id = id;
        _time = time;
        _log = new EntryLog(time, markdown);
        Turns = new TurnTracker(_log, time);
        Details = new ConversationDetails(_log, time);
        Remote = new RemoteEntries(_log, time);
        Usage = new ConversationUsage(time);
        _restorer = new HistoryRestorer(_log, Turns);
    }

    /// <summary>Occurs outside the lock when a user waits for a reply: one that has no text yet is withdrawn in favour of it.</summary>
    public event Action? ReplyRequested
    {
        add => _log.ReplyRequested += value;
        remove => _log.ReplyRequested -= value;
    }

    /// <summary>Occurs outside the lock when the replies that are being generated were stopped.</summary>
    public event Action? Stopped
    {
        add => _log.Stopped += value;
        remove => _log.Stopped -= value;
    }

    public ConversationId Id { get; }

    /// <summary>
    /// Gets what tells this conversation from one of the same id in another process, or before it was deleted: their versions do not
    /// compare.
    /// </summary>
    public string InstanceId { get; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(8));

    /// <summary>Gets the replies: which are due, and the one that is being generated.</summary>
    public TurnTracker Turns { get; }

    /// <summary>Gets the title, and whether the conversation records.</summary>
    public ConversationDetails Details { get; }

    /// <summary>Gets what applies the changes of other nodes.</summary>
    public RemoteEntries Remote { get; }

    /// <summary>Gets what keeps the conversation from being evicted while it is used.</summary>
    public ConversationUsage Usage { get; }

    public ViewerTracker Viewers => _log.Viewers;

    /// <summary>Gets the lock. Use <see cref="Read{TState, TResult}"/> instead.</summary>
    public Lock Gate => _log.Gate;

    /// <summary>Gets the entries, for callers that hold the lock.</summary>
    public IEntryLog Log => _log;

    /// <summary>
    /// Gets or sets the texts of its pages. All pages are written together, so they share one language: that of the page that was opened
    /// last.
    /// </summary>
    public PanelTexts Texts
    {
        get => _log.Texts;
        set => _log.Texts = value;
    }

    /// <summary>Gets or sets the observers of every change that is made on this node. Set before the conversation is shared.</summary>
    public IConversationObserver[] Observers
    {
        get => _log.Observers;
        set => _log.Observers = value;
    }

    /// <summary>
    /// Gets or sets a task that ends when the history is restored, or when the store has not answered in time: then the history is restored
    /// later. Never fails.
    /// </summary>
    public Task Loaded { get; set; } = Task.CompletedTask;

    /// <summary>Gets a value indicating whether the conversation was deleted. Nothing in it is stored or answered any more.</summary>
    public bool IsDeleted => _log.IsDeleted;

    /// <summary>
    /// Gets a value indicating whether it was deleted and is created again on its next use, because a visitor always has a first one.
    /// </summary>
    public bool WasEvicted => IsDeleted && Id.Name is null && Usage.IsEvicted;

    /// <summary>Gets the time since the last reply of the model; without end where there was none.</summary>
    public TimeSpan QuietFor
    {
        get
        {
            lock (_log.Gate)
            {
                return _log.QuietFor;
            }
        }
    }

    /// <summary>Gets a value indicating whether there are no entries yet.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_log.Gate)
            {
                return _log.Entries.Count == 0;
            }
        }
    }

    /// <summary>
    /// Gets a value indicating whether nothing is under way on this node: no reply is due or being generated, and everything is stored.
    /// </summary>
    public bool IsIdle
    {
        get
        {
            lock (_log.Gate)
            {
                if (Turns.PeekPending() is not null
                    || _log.Entries.Exists(entry => entry is { State: EntryState.Streaming, IsRemote: false }))
                {
                    return false;
                }
            }

            return Turns.IsIdle && Array.TrueForAll(Observers, observer => observer.IsSettled);
        }
    }

    /// <summary>Reads the entries under the lock.</summary>
    /// <param name="state">What the reader needs; a static lambda and a tuple cost no allocation.</param>
    /// <param name="read">Reads. Must be quick, and must not keep the log.</param>
    public TResult Read<TState, TResult>(TState state, Func<IEntryLog, TState, TResult> read)
    {
        lock (_log.Gate)
        {
            return read(_log, state);
        }
    }

    /// <summary>Reads the entries under the lock.</summary>
    public TResult Read<TResult>(Func<IEntryLog, TResult> read) => Read(read, static (log, read) => read(log));

    /// <summary>
    /// Stops the replies that are being generated or queued: the text so far stays, and the model is given it. Work whose progress is shown
    /// goes on.
    /// </summary>
    /// <param name="why">The reason that pages show.</param>
    public void Stop(TextKey why = TextKey.Stopped)
    {
        lock (_log.Gate)
        {
            foreach (var entry in _log.Entries.FindAll(entry => entry is { IsOpen: true, Role: EntryRole.Assistant }))
            {
                _log.End(entry, EntryState.Stopped, Texts[why]);
            }

            Turns.StopQueued();
        }

        Viewers.NotifyChanged();
        _log.RaiseStopped();
    }

    /// <summary>Deletes everything that was written: replies that are being generated end, pages empty their lists.</summary>
    /// <param name="why">The notice that its pages show.</param>
    public void Delete(TextKey why)
    {
        lock (_log.Gate)
        {
            if (IsDeleted)
            {
                return;
            }

            Turns.EndQueuedLocked();
            foreach (var entry in _log.Entries.FindAll(entry => entry.IsOpen))
            {
                _log.End(entry, EntryState.Stopped, null);
            }

            _log.Delete();
            Turns.OnDeleted();
            Details.Delete();
            _log.Add(new ConversationEntry(_log.NextOrdinal, EntryRole.Notice, EntryState.Complete, _time.GetUtcNow()))
                .Text.Set(Texts[why]);
        }

        Viewers.NotifyChanged();
        _log.RaiseStopped();
    }

    /// <summary>Evicts the conversation if it was neither used nor viewed for some time, and nothing is under way in it.</summary>
    /// <param name="idle">For how long.</param>
    /// <returns>Whether it is evicted; a caller that acquires it in this moment keeps it.</returns>
    public bool TryEvict(TimeSpan idle) => Usage.TryEvict(idle, () => Viewers.UnviewedFor >= idle && IsSettled);

    /// <summary>Records that entries from here on come before the history is restored.</summary>
    public void BeginBeforeHistory()
    {
        lock (_log.Gate)
        {
            _log.AwaitsHistory = true;
        }
    }

    /// <summary>Restores what was written before the conversation was opened, which may come later than new entries.</summary>
    public void Restore(IReadOnlyCollection<ConversationEntry> history, bool paused, string? title = null)
    {
        lock (_log.Gate)
        {
            _restorer.Restore(history, paused);
            Details.Restore(paused, title);
        }

        Viewers.NotifyChanged();
    }

    /// <summary>Gets the events that the model has been given or will be, oldest first.</summary>
    public IReadOnlyList<RecordedEvent> ReadEvents() => Read(static log => log.Entries
        .Where(EntryLog.IsRecordedEvent)
        .Select(entry => new RecordedEvent(entry.Id, entry.CreatedAt, entry.Text.ToString()))
        .ToList());

    /// <summary>Forgets one event, or all of them: their text is erased, and the model is not given them any more.</summary>
    /// <param name="id">Which; null for all.</param>
    public void ForgetEvents(Guid? id = null)
    {
        lock (_log.Gate)
        {
            _log.Entries.FindAll(entry => EntryLog.IsRecordedEvent(entry) && (id is null || entry.Id == id)).ForEach(_log.Forget);
        }

        Viewers.NotifyChanged();
    }

    /// <summary>Gets a value indicating whether an entry has no text yet.</summary>
    public bool HasNoText(ConversationEntry entry) => Read(entry, static (_, entry) => entry.Text.Length == 0);

    /// <summary>Gets a value indicating whether an entry has ended.</summary>
    public bool HasEnded(ConversationEntry entry) => Read(entry, static (_, entry) => !entry.IsOpen);

    /// <summary>Gets a value indicating whether a user has typed something since an entry was begun.</summary>
    public bool HasUserMessageSince(ConversationEntry entry)
    {
        lock (_log.Gate)
        {
            return _log.Entries.FindIndex(_log.IndexOf(entry.Ordinal) + 1, later => later.Role is EntryRole.User) >= 0;
        }
    }

    private bool IsSettled
    {
        get
        {
            lock (_log.Gate)
            {
                return Turns.IsIdle && !_log.Entries.Exists(entry => entry.IsOpen);
            }
        }
    }
}
