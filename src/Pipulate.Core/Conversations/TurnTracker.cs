using Microsoft.Extensions.AI;
using Pipulate.Conversations.Entries;
using Pipulate.Conversations.History;
using Pipulate.Localization;

namespace Pipulate.Conversations;

/// <summary>Tracks which entries require a reply, and begins, withdraws and regenerates replies.</summary>
/// <remarks>
/// Safe because all state is read and written under the lock of the log, but for the schedule state: that is one number that only
/// interlocked operations change. Viewers and events are notified outside the lock.
/// </remarks>
internal sealed class TurnTracker(EntryLog log, TimeProvider time)
{
    /// <summary>Caps how many of the newest entries may be requests that another node has not answered.</summary>
    private const int RequestWindow = 200;

    private const int Idle = 0;
    private const int Working = 1;
    private const int Rescheduled = 2;

    private readonly PendingReplies _pending = new(log);
    private HistoryWindow _window = new();
    private int _due;
    private ConversationEntry? _queued;
    private bool _regenerating;

    /// <summary>Gets a value indicating whether the user has withdrawn the newest reply so that it is generated again.</summary>
    public bool IsRegenerating
    {
        get
        {
            lock (log.Gate)
            {
                return _regenerating;
            }
        }
    }

    /// <summary>Gets a value indicating whether no reply is scheduled.</summary>
    public bool IsIdle => Volatile.Read(ref _due) == Idle;

    /// <summary>Records that a reply is due.</summary>
    /// <returns>Whether a worker must be started for it; otherwise one is at work and will look again.</returns>
    public bool TrySchedule() => Interlocked.Exchange(ref _due, Rescheduled) == Idle;

    /// <summary>Records that all replies are given.</summary>
    /// <returns>Whether that is so; otherwise another one became due meanwhile.</returns>
    public bool TryComplete() => Interlocked.CompareExchange(ref _due, Idle, Working) == Working;

    /// <summary>Records that the worker looks now: a reply that becomes due from here on makes it look again.</summary>
    public void BeginProcessing() => Volatile.Write(ref _due, Working);

    /// <summary>Gets what requires a reply since the last one; null when nothing does.</summary>
    public PendingReply? PeekPending()
    {
        lock (log.Gate)
        {
            return _pending.Peek(_regenerating);
        }
    }

    /// <summary>
    /// Leaves the pending events without a comment: they stay in the conversation, and the model is given them with the next turn.
    /// </summary>
    /// <returns>Which events those were.</returns>
    public IReadOnlyList<Guid> SkipPendingComments()
    {
        lock (log.Gate)
        {
            var skipped = _pending.Entries.Where(entry => entry.Role is EntryRole.Event).ToList();
            skipped.ForEach(entry => entry.RequiresReply = false);
            return [.. skipped.Select(entry => entry.Id)];
        }
    }

    /// <summary>Gets what requires a reply as far as this node knows, oldest first.</summary>
    public IReadOnlyList<ConversationEntry> ReadPending()
    {
        lock (log.Gate)
        {
            return [.. _pending.Entries];
        }
    }

    /// <summary>Gets what may require a reply, whichever node received it.</summary>
    public IReadOnlyList<Guid> ReadRequests()
    {
        lock (log.Gate)
        {
            return [.. log.Entries.TakeLast(RequestWindow).Where(PendingReplies.IsRequest).Select(entry => entry.Id)];
        }
    }

    /// <summary>Makes entries require a reply that no node gives.</summary>
    /// <returns>Those of them that are in the conversation.</returns>
    public IReadOnlyList<Guid> AddPendingReplies(IEnumerable<Guid> entries)
    {
        lock (log.Gate)
        {
            return _pending.Add(entries);
        }
    }

    /// <summary>Gets what the model would be given now, without the system message.</summary>
    /// <param name="budget">What it has room for; null for all there is.</param>
    public IReadOnlyList<ChatMessage> ReadHistory(HistoryBudget? budget = null)
    {
        lock (log.Gate)
        {
            return _window.Peek(log.Entries, budget);
        }
    }

    /// <summary>Begins the next reply that is due, with everything that came since the last one.</summary>
    /// <param name="budget">What the model has room for; null for all there is.</param>
    /// <returns>The turn; null when no reply is due.</returns>
    public Turn? Begin(HistoryBudget? budget = null)
    {
        Turn? turn = null;
        lock (log.Gate)
        {
            EndQueuedLocked();
            if (_pending.Peek(_regenerating) is { } pending)
            {
                turn = BeginLocked(pending, budget);
            }
        }

        log.Viewers.NotifyChanged();
        return turn;
    }

    /// <summary>Begins the reply that the lease store has begun.</summary>
    /// <param name="id">The id of the reply in the lease store.</param>
    /// <param name="requested">What the lease store was asked for.</param>
    /// <param name="claimed">What of it is answered; the rest was answered by another node and requires no reply any more.</param>
    /// <param name="budget">What the model has room for; null for all there is.</param>
    /// <returns>The turn; null where nothing is to be answered.</returns>
    public Turn? Begin(Guid id, IReadOnlyCollection<Guid> requested, IReadOnlyList<Guid> claimed, HistoryBudget? budget)
    {
        Turn? turn = null;
        lock (log.Gate)
        {
            EndQueuedLocked();
            foreach (var entry in requested.Except(claimed).Select(log.Find).OfType<ConversationEntry>())
            {
                entry.RequiresReply = false;
            }

            if (_pending.Add(claimed).Count > 0)
            {
                var roles = claimed.Select(log.Find).OfType<ConversationEntry>().Select(entry => entry.Role).ToList();
                var pending =
                    new PendingReply(_regenerating || roles.Contains(EntryRole.User), roles.Count(role => role is EntryRole.Event), 0, 0);
                var ids = requested.ToHashSet();
                var through = log.Entries.FindLastIndex(entry => ids.Contains(entry.Id)) + 1;
                turn = BeginLocked(pending, budget, id) with { Claimed = claimed };

                // What came after the lease store was asked still requires a reply.
                _pending.RepliedThrough = through;
            }
        }

        log.Viewers.NotifyChanged();
        return turn;
    }

    /// <summary>Shortens the history of a turn where the model has no room for all of it.</summary>
    /// <returns>The shorter turn; null when there is nothing that can be left out.</returns>
    public Turn? Shorten(Turn turn, HistoryBudget budget)
    {
        lock (log.Gate)
        {
            var history = _window.Read(log.Entries, log.IndexOf(turn.Entry.Ordinal), budget, out var leftOut);
            return leftOut > 0 ? turn with { History = history, LeftOut = leftOut } : null;
        }
    }

    /// <summary>Withdraws a reply that has no text yet, so that what came meanwhile is answered with it.</summary>
    /// <returns>Whether it had no text and was not stopped; otherwise nothing was done.</returns>
    public bool Withdraw(Turn turn, bool answerAgain)
    {
        lock (log.Gate)
        {
            if (turn.Entry is not { IsOpen: true, Text.Length: 0 })
            {
                return false;
            }

            log.Withdraw(turn.Entry);

            // The reply before it is the newest that pages show, and has the button again.
            log.LatestReply = log.Entries.FindLast(entry => entry is { CanRegenerate: true, Withdrawn: false });
            if (answerAgain)
            {
                _pending.RepliedThrough = turn.Entry.RepliedThrough!.Value;
            }
        }

        log.Viewers.NotifyChanged();
        return true;
    }

    /// <summary>Withdraws the newest reply, so that it is generated again, together with what came since.</summary>
    /// <param name="id">The reply that the page means.</param>
    /// <returns>Whether that is the newest one, has ended, and what it answered is still there.</returns>
    public bool Regenerate(Guid id)
    {
        lock (log.Gate)
        {
            if (log.LatestReply is not { IsOpen: false, Withdrawn: false, RepliedThrough: { } before } reply
                || reply.Id != id
                || !log.Entries.Skip(before).Any(entry => entry.RequiresReply))
            {
                return false;
            }

            log.Withdraw(reply);
            _pending.RepliedThrough = before;
            _regenerating = true;
        }

        log.Viewers.NotifyChanged();
        log.RaiseReplyRequested();
        return true;
    }

    /// <summary>
    /// Withdraws the newest reply of a node that has ended: this node generates it again, for what was written before it.
    /// </summary>
    /// <param name="id">The reply that the page means.</param>
    /// <returns>Whether it is the newest one and has ended, and anything was written before it.</returns>
    public bool RegenerateRemote(Guid id)
    {
        lock (log.Gate)
        {
            if (log.Find(id) is not { IsRemote: true, RepliedRemotely: true, IsOpen: false, Withdrawn: false } reply
                || log.Entries.Exists(later => later.Ordinal > reply.Ordinal && later is { Withdrawn: false, CanRegenerate: true })
                || _pending.RequestsBefore(reply) is not { Count: > 0 } requests)
            {
                return false;
            }

            log.Withdraw(reply);
            _pending.Add(requests);
            _regenerating = true;
        }

        log.Viewers.NotifyChanged();
        log.RaiseReplyRequested();
        return true;
    }

    /// <summary>Shows that a reply is due and waits until others have been given.</summary>
    /// <param name="place">Its place in the queue, from 1.</param>
    public void ShowQueued(int place)
    {
        lock (log.Gate)
        {
            _queued ??= log.Add(
                new ConversationEntry(log.NextOrdinal, EntryRole.Assistant, EntryState.Streaming, time.GetUtcNow()) { IsQueued = true });
            _queued.Waiting = log.Texts.Format(TextKey.WaitingInLine, place);
            _queued.Epoch++;
            log.MarkChanged(_queued);
        }

        log.Viewers.NotifyChanged();
    }

    /// <summary>Shows that no reply waits in the queue any more.</summary>
    public void EndQueued()
    {
        lock (log.Gate)
        {
            EndQueuedLocked();
        }

        log.Viewers.NotifyChanged();
    }

    /// <summary>Withdraws the entry that shows the place in the queue. Called under the lock.</summary>
    public void EndQueuedLocked()
    {
        if (_queued is not null)
        {
            log.Withdraw(_queued);
            _queued = null;
        }
    }

    /// <summary>Turns the entry that shows the place in the queue, once it was stopped, into a reply. Called under the lock.</summary>
    public void StopQueued()
    {
        if (_queued is not null)
        {
            _queued.RepliedThrough = _pending.RepliedThrough;
            log.LatestReply = _queued;
            _pending.RepliedThrough = log.Entries.Count;
            _queued = null;
        }
    }

    /// <summary>Makes an entry the substitute of a reply, which can be regenerated in its place. Called under the lock.</summary>
    public void Substitute(ConversationEntry entry, Turn turn)
    {
        entry.RepliedThrough = turn.Entry.RepliedThrough;
        log.LatestReply = entry;
        log.MarkChanged(entry);
    }

    /// <summary>Moves the place up to which entries are answered, because the history was put before them. Called under the lock.</summary>
    public void OnRestored(Func<int, int> placeNow)
    {
        _window = new HistoryWindow();
        _pending.RepliedThrough = placeNow(_pending.RepliedThrough);
    }

    /// <summary>Begins again without entries. Called under the lock.</summary>
    public void OnDeleted()
    {
        _window = new HistoryWindow();
        _pending.RepliedThrough = 0;
    }

    private Turn BeginLocked(PendingReply pending, HistoryBudget? budget, Guid? id = null)
    {
        var history = _window.Read(log.Entries, log.Entries.Count, budget, out var leftOut);
        var waiting = _pending.Entries.ToList();
        var since = _regenerating ? null : waiting.Find(entry => entry.ArrivedAt > 0)?.ArrivedAt;
        var reply = log.Add(new ConversationEntry(log.NextOrdinal, EntryRole.Assistant, EntryState.Streaming, time.GetUtcNow())
        {
            Id = id ?? Guid.CreateVersion7(),
            RepliedThrough = _pending.RepliedThrough,
            Waiting = log.Texts[TextKey.Waiting],
        });
        _pending.RepliedThrough = log.Entries.Count;
        log.LatestReply = reply;
        _regenerating = false;
        return new Turn(reply, history, pending.Typed, pending.Events, leftOut)
        {
            Since = since,
            Requester = (waiting.FindLast(entry => entry.Role is EntryRole.User) ?? waiting.LastOrDefault())?.Requester,
            Causes = [.. waiting.Select(entry => entry.Cause).OfType<string>()],
        };
    }
}
