using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.AI;
using Pipulate.Conversations.Entries;
using Pipulate.Conversations.History;
using Pipulate.Localization;
using Pipulate.Telemetry;

namespace Pipulate.Conversations;

/// <summary>
/// The one owner of what was said and done: an append-only list of entries under one lock.
/// Everything that changes it raises <see cref="Version"/> and wakes the watchers; whoever reads, reads under <see cref="Gate"/>.
/// </summary>
/// <param name="id">Its id.</param>
/// <param name="time">The clock.</param>
/// <param name="markdown">Whether what the assistant says is markdown.</param>
internal sealed partial class Conversation(ConversationId id, TimeProvider time, bool markdown = false)
{
    /// <summary>How many of the page's last messages are looked at for one that was sent twice.</summary>
    private const int RememberedMessageIds = 20;

    /// <summary>
    /// By how much the epoch rises of an entry that is ended for another node, so that nothing this one still writes of it counts: as many
    /// changes it does not make.
    /// </summary>
    private const int TakeoverEpochStep = 1_000_000;

    private const int Idle = 0;
    private const int Working = 1;
    private const int Rescheduled = 2;

    private readonly List<ConversationEntry> _entries = [];
    private HistoryWindow _window = new();
    private int _repliedThrough;
    private int _due;
    private long? _lastReplyAt;

    /// <summary>Raised when a person has typed something, outside the lock: an answer that has not begun makes way.</summary>
    public event Action? ReplyRequested;

    public ConversationId Id { get; } = id;

    /// <summary>
    /// Tells this conversation from one of the same id in another process, or before it was forgotten: their versions do not compare.
    /// </summary>
    public string InstanceId { get; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(8));

    public Lock Gate { get; } = new();

    public ViewerTracker Viewers { get; } = new(time);

    /// <summary>
    /// Gets or sets the texts of its pages. All pages are written together, so they share one language: that of the page that was opened
    /// last.
    /// </summary>
    public PanelTexts Texts { get; set; } = PanelTexts.English;

    /// <summary>Raised by one with each change. Read under <see cref="Gate"/>.</summary>
    public long Version { get; private set; }

    /// <summary>All entries by ordinal, which rises and may leave places out. Read under <see cref="Gate"/>.</summary>
    public IReadOnlyList<ConversationEntry> Entries => _entries;

    /// <summary>Told of every change that is made here; set before anybody else knows of the conversation.</summary>
    public IConversationObserver[] Observers { get; set; } = [];

    /// <summary>
    /// Done once it has its history, or the store has been waited for long enough: then the history comes when it comes. Never fails.
    /// </summary>
    public Task Loaded { get; set; } = Task.CompletedTask;

    /// <summary>
    /// How often history was put before what was there: whoever remembers places in <see cref="Entries"/> begins anew. Read under
    /// <see cref="Gate"/>.
    /// </summary>
    public int RestoreCount { get; private set; }

    /// <summary>How long the model has kept quiet: without end where it has not spoken yet.</summary>
    public TimeSpan QuietFor
    {
        get
        {
            lock (Gate)
            {
                return _lastReplyAt is { } last ? time.GetElapsedTime(last) : TimeSpan.MaxValue;
            }
        }
    }

    /// <summary>Adds an entry that is whole already.</summary>
    public ConversationEntry AddMessage(
        EntryRole role, string text, bool wantsAnswer = false, string? kind = null, Requester? requester = null)
    {
        ConversationEntry entry;
        lock (Gate)
        {
            entry = AddLocked(new ConversationEntry(NextOrdinal, role, EntryState.Complete, time.GetUtcNow())
            {
                RequiresReply = wantsAnswer,
                Kind = kind,
                Requester = requester,
            });
            entry.Text.Set(text);
        }

        Viewers.NotifyChanged();
        return entry;
    }

    /// <summary>Adds what a person typed, unless the page has sent this very message before.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="messageId">The id the page gave it, or null when it gave none.</param>
    /// <param name="requester">Who typed it, where that is known.</param>
    /// <returns>Whether it was new, and the conversation is there.</returns>
    public bool AddUserMessage(string text, string? messageId, Requester? requester = null)
    {
        lock (Gate)
        {
            if (IsDeleted)
            {
                return false;
            }

            var entry = new ConversationEntry(NextOrdinal, EntryRole.User, EntryState.Complete, time.GetUtcNow())
            {
                RequiresReply = true,
                MessageId = messageId,
                Requester = requester,
            };
            entry.Text.Set(text);

            // Compared as it is kept, for what is kept is not always what was sent: a page's newline may come with a carriage return.
            if (messageId is not null && IsRepeated(entry.Text.ToString(), messageId))
            {
                return false;
            }

            if (_title is null)
            {
                ProposeTitle(entry.Text.ToString());
            }

            AddLocked(entry);
        }

        Viewers.NotifyChanged();
        ReplyRequested?.Invoke();
        return true;
    }

    /// <summary>Tells the people at the pages something about the chat itself; the model never hears of it.</summary>
    /// <param name="text">The notice.</param>
    /// <param name="evenIfKnown">Whether it is told again although it is the last notice that was told.</param>
    /// <param name="instead">The turn in whose place it is told, if a person waits for that: they may ask for the answer once more.</param>
    public void AddNotice(string text, bool evenIfKnown, Turn? instead = null)
    {
        lock (Gate)
        {
            if (!evenIfKnown && _entries.FindLast(entry => entry.Role is EntryRole.Notice)?.Text.ToString() == text)
            {
                return;
            }
        }

        var notice = AddMessage(EntryRole.Notice, text);
        if (instead is not null)
        {
            lock (Gate)
            {
                Substitute(notice, instead);
            }

            Viewers.NotifyChanged();
        }
    }

    /// <summary>Begins an entry whose text is still to come.</summary>
    /// <param name="voice">Who speaks, when it is not the model.</param>
    /// <param name="instead">The turn that it takes over, if it does.</param>
    public ConversationEntry BeginMessage(string? voice = null, Turn? instead = null)
    {
        ConversationEntry entry;
        lock (Gate)
        {
            entry = AddLocked(
                new ConversationEntry(NextOrdinal, EntryRole.Assistant, EntryState.Streaming, time.GetUtcNow()) { AuthorName = voice });
            if (instead is not null)
            {
                Substitute(entry, instead);
            }
        }

        Viewers.NotifyChanged();
        return entry;
    }

    /// <summary>Begins to show how far a piece of work is.</summary>
    public ConversationEntry BeginProgress(string label)
    {
        ConversationEntry entry;
        lock (Gate)
        {
            entry = AddLocked(new ConversationEntry(
                NextOrdinal, EntryRole.Progress, EntryState.Streaming, time.GetUtcNow())
            { Progress = new Progress(0, 0, null) });
            entry.Text.Set(label);
        }

        Viewers.NotifyChanged();
        return entry;
    }

    /// <summary>Shows how far a piece of work is now; once it has ended, nothing is shown any more.</summary>
    public void Report(ConversationEntry entry, Progress progress)
    {
        lock (Gate)
        {
            if (entry.State is not EntryState.Streaming)
            {
                return;
            }

            entry.Progress = progress;
            entry.Epoch++;
            MarkChanged(entry);
        }

        Viewers.NotifyChanged();
    }

    /// <summary>Adds to an entry that has not ended; to one that has, nothing is added any more.</summary>
    public void Append(ConversationEntry entry, ReadOnlySpan<char> piece)
    {
        lock (Gate)
        {
            if (entry.State is not EntryState.Streaming)
            {
                return;
            }

            entry.Text.Append(piece);
            MarkChanged(entry);
        }

        Viewers.NotifyChanged();
    }

    /// <summary>Ends an entry: its text and state are final. Ending it again does nothing.</summary>
    public void End(ConversationEntry entry, EntryState state, string? reason = null)
    {
        lock (Gate)
        {
            if (entry.State is not EntryState.Streaming)
            {
                return;
            }

            EndLocked(entry, state, reason);
        }

        Viewers.NotifyChanged();
    }

    /// <summary>The place of an entry in <see cref="Entries"/>. Called under <see cref="Gate"/>.</summary>
    public int IndexOf(int ordinal)
    {
        // What is asked for is nearly always among the last.
        var index = _entries.Count - 1;
        while (index > 0 && _entries[index].Ordinal > ordinal)
        {
            index--;
        }

        return index;
    }

    /// <summary>The events that the model has been told of or will be, oldest first.</summary>
    public IReadOnlyList<RecordedEvent> ReadEvents()
    {
        lock (Gate)
        {
            return [
                .. _entries.Where(IsRecordedEvent).Select(entry => new RecordedEvent(entry.Id, entry.CreatedAt, entry.Text.ToString()))
            ];
        }
    }

    /// <summary>What the model would be told now, without the system message.</summary>
    /// <param name="budget">What it has room for; null for all there is.</param>
    public IReadOnlyList<ChatMessage> ReadHistory(HistoryBudget? budget = null)
    {
        lock (Gate)
        {
            return _window.Peek(_entries, budget);
        }
    }

    /// <summary>The same turn with less to tell, where the model has no room for all of it.</summary>
    /// <returns>The shorter turn; null when there is nothing that can be left out.</returns>
    public Turn? Shorten(Turn turn, HistoryBudget budget)
    {
        lock (Gate)
        {
            var history = _window.Read(_entries, IndexOf(turn.Entry.Ordinal), budget, out var leftOut);
            return leftOut > 0 ? turn with { History = history, LeftOut = leftOut } : null;
        }
    }

    /// <summary>Forgets one event, or all of them: their text is gone, and the model is not told of them any more.</summary>
    /// <param name="id">Which; null for all.</param>
    public void ForgetEvents(Guid? id = null)
    {
        lock (Gate)
        {
            foreach (var entry in _entries)
            {
                if (IsRecordedEvent(entry) && (id is null || entry.Id == id))
                {
                    ForgetLocked(entry);
                }
            }
        }

        Viewers.NotifyChanged();
    }

    /// <summary>What waits for an answer since the last one; null when nothing does.</summary>
    public PendingReply? PeekPending()
    {
        lock (Gate)
        {
            return PeekPendingLocked();
        }
    }

    /// <summary>Leaves what waits for a comment without one: it stays in the conversation, and the model knows it from now on.</summary>
    /// <returns>Which events that were.</returns>
    public IReadOnlyList<Guid> SkipPendingComments()
    {
        lock (Gate)
        {
            var left = new List<Guid>();
            for (var i = _repliedThrough; i < _entries.Count; i++)
            {
                if (_entries[i] is { RequiresReply: true, Role: EntryRole.Event })
                {
                    _entries[i].RequiresReply = false;
                    left.Add(_entries[i].Id);
                }
            }

            return left;
        }
    }

    /// <summary>The next answer that is owed, with everything that came since the last one; null when none is owed.</summary>
    /// <param name="budget">What the model has room for; null for all there is.</param>
    public Turn? BeginTurn(HistoryBudget? budget = null)
    {
        Turn? turn = null;
        lock (Gate)
        {
            EndQueuedLocked();
            if (PeekPendingLocked() is { } due)
            {
                turn = BeginTurnLocked(due, budget);
            }
        }

        Viewers.NotifyChanged();
        return turn;
    }

    /// <summary>Whether an entry has not said anything yet.</summary>
    public bool HasNoText(ConversationEntry entry)
    {
        lock (Gate)
        {
            return entry.Text.Length == 0;
        }
    }

    /// <summary>Whether a person has typed something since an entry was begun.</summary>
    public bool HasUserMessageSince(ConversationEntry entry)
    {
        lock (Gate)
        {
            return _entries.FindIndex(IndexOf(entry.Ordinal) + 1, later => later.Role is EntryRole.User) >= 0;
        }
    }

    /// <summary>Takes an answer back that has said nothing, so that what came meanwhile is answered with it.</summary>
    /// <returns>Whether it had said nothing and nobody had stopped it; else nothing was done.</returns>
    public bool Withdraw(Turn turn, bool answerAgain)
    {
        lock (Gate)
        {
            if (turn.Entry is not { IsOpen: true, Text.Length: 0 })
            {
                return false;
            }

            WithdrawLocked(turn.Entry);

            // The answer before it is the newest that pages see, and has the button again.
            LatestReply = _entries.FindLast(entry => entry is { CanRegenerate: true, Withdrawn: false });
            if (answerAgain)
            {
                _repliedThrough = turn.Entry.RepliedThrough!.Value;
            }
        }

        Viewers.NotifyChanged();
        return true;
    }

    /// <summary>Says that an answer is due.</summary>
    /// <returns>Whether somebody must be sent to give it; else somebody is on it and will look again.</returns>
    public bool TrySchedule() => Interlocked.Exchange(ref _due, Rescheduled) == Idle;

    /// <summary>Says that all answers are given.</summary>
    /// <returns>Whether that is so; else something came meanwhile.</returns>
    public bool TryComplete() => Interlocked.CompareExchange(ref _due, Idle, Working) == Working;

    /// <summary>Says that somebody looks now: what is due from here on makes them look again.</summary>
    public void BeginProcessing() => Volatile.Write(ref _due, Working);

    private int NextOrdinal => _entries is [.., var last] ? last.Ordinal + 1 : _first;

    private static bool IsRecordedEvent(ConversationEntry entry) => entry is { Role: EntryRole.Event, Withdrawn: false };

    private Turn BeginTurnLocked(PendingReply due, HistoryBudget? budget, Guid? id = null)
    {
        var history = _window.Read(_entries, _entries.Count, budget, out var leftOut);
        var waiting = _entries.Skip(_repliedThrough).Where(pending => pending.RequiresReply).ToList();
        var since = _regenerating ? null : waiting.Find(pending => pending.ArrivedAt > 0)?.ArrivedAt;
        var entry = AddLocked(new ConversationEntry(NextOrdinal, EntryRole.Assistant, EntryState.Streaming, time.GetUtcNow())
        {
            Id = id ?? Guid.CreateVersion7(),
            RepliedThrough = _repliedThrough,
            Waiting = Texts[TextKey.Waiting],
        });
        _repliedThrough = _entries.Count;
        LatestReply = entry;
        _regenerating = false;
        return new Turn(entry, history, due.Typed, due.Events, leftOut)
        {
            Since = since,
            Requester = (waiting.FindLast(pending => pending.Role is EntryRole.User) ?? waiting.LastOrDefault())?.Requester,
            Causes = [
            .. waiting.Select(pending => pending.Cause).OfType<string>()
        ]
        };
    }

    private PendingReply? PeekPendingLocked()
    {
        if (IsDeleted)
        {
            return null;
        }

        // What wants no answer never will: passed once, it is not looked at again, however much a busy visitor does that nobody comments
        // on.
        while (_repliedThrough < _entries.Count && !_entries[_repliedThrough].RequiresReply)
        {
            _repliedThrough++;
        }

        PendingReply? due = null;
        for (var i = _repliedThrough; i < _entries.Count; i++)
        {
            var pending = _entries[i];
            if (pending.RequiresReply)
            {
                var typed = pending.Role is EntryRole.User;
                due = due is { } before
                    ? before with { Typed = before.Typed || typed, Events = before.Events + (typed ? 0 : 1), Last = pending.ArrivedAt }
                    : new PendingReply(typed || _regenerating, typed ? 0 : 1, pending.ArrivedAt, pending.ArrivedAt);
            }
        }

        return due;
    }

    private ConversationEntry AddLocked(ConversationEntry entry)
    {
        entry.ArrivedAt = time.GetTimestamp();
        entry.Cause = ReplyTracing.Cause;
        InitializeMarkdown(entry);
        _entries.Add(entry);
        MarkChanged(entry);
        return entry;
    }

    private void InitializeMarkdown(ConversationEntry entry) =>
        entry.Markdown = markdown && entry.Role is EntryRole.Assistant ? new MarkdownText(entry.Text) : null;

    private void ForgetLocked(ConversationEntry entry)
    {
        entry.Text.Clear();
        entry.Epoch++;
        entry.RequiresReply = false;
        entry.Withdrawn = true;
        MarkChanged(entry);
    }

    private void MarkChanged(ConversationEntry entry)
    {
        entry.Revision = ++Version;
        NotifyObservers(entry);
    }

    private void NotifyObservers(ConversationEntry? entry)
    {
        foreach (var recorder in Observers)
        {
            recorder.OnChanged(entry);
        }
    }

    private void EndLocked(ConversationEntry entry, EntryState state, string? reason)
    {
        entry.Text.Seal();
        entry.Reasoning?.Seal();
        if (entry.Role is EntryRole.Assistant)
        {
            _lastReplyAt = time.GetTimestamp();
        }

        entry.State = state;
        entry.Reason = reason;
        entry.Epoch += entry.IsRemote ? TakeoverEpochStep : 1;
        MarkChanged(entry);
    }

    private void WithdrawLocked(ConversationEntry entry)
    {
        entry.Withdrawn = true;
        entry.State = EntryState.Stopped;
        entry.Epoch += entry.IsRemote ? TakeoverEpochStep : 1;
        MarkChanged(entry);
    }

    private bool IsRepeated(string text, string messageId)
    {
        var looked = 0;
        for (var i = _entries.Count - 1; i >= 0 && looked < RememberedMessageIds; i--)
        {
            if (_entries[i].Role is EntryRole.User)
            {
                looked++;
                if (IsSameMessage(_entries[i], text, messageId))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool IsSameMessage(ConversationEntry entry, string text, string messageId) =>
        entry.MessageId == messageId && entry.Text.ToString() == text;
}
