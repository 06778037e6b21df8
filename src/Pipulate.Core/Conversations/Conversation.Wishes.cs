using Pipulate.Conversations.Entries;
using Pipulate.Localization;

namespace Pipulate.Conversations;

/// <summary>What becomes of an answer beside its words: it waits, it thinks, it is stopped, it is asked for once more.</summary>
internal sealed partial class Conversation
{
    private ConversationEntry? _queued;
    private bool _regenerating;

    /// <summary>The newest answer, or who stood in for it: the one that may be taken back. Read under <see cref="Gate"/>.</summary>
    public ConversationEntry? LatestReply { get; private set; }

    /// <summary>Raised when somebody has stopped what is being said, outside the lock.</summary>
    public event Action? Stopped;

    /// <summary>Shows that an answer is due and waits until others have been given.</summary>
    /// <param name="place">Its place in the line, from 1.</param>
    public void ShowQueued(int place)
    {
        lock (Gate)
        {
            _queued ??= AddLocked(
                new ConversationEntry(NextOrdinal, EntryRole.Assistant, EntryState.Streaming, time.GetUtcNow()) { IsQueued = true });
            SetWaiting(_queued, Texts.Format(TextKey.WaitingInLine, place));
        }

        Viewers.NotifyChanged();
    }

    /// <summary>Shows that no answer waits in the line any more.</summary>
    public void EndQueued()
    {
        lock (Gate)
        {
            EndQueuedLocked();
        }

        Viewers.NotifyChanged();
    }

    /// <summary>Shows that an answer waits for the model to be loaded, unless it has begun or ended.</summary>
    public void ShowLoading(ConversationEntry entry)
    {
        lock (Gate)
        {
            if (entry is { IsOpen: true, IsQueued: false, Text.Length: 0, Reasoning: null })
            {
                SetWaiting(entry, Texts[TextKey.Loading]);
            }
        }

        Viewers.NotifyChanged();
    }

    /// <summary>Adds to what the model thinks before it speaks.</summary>
    public void AppendReasoning(ConversationEntry entry, ReadOnlySpan<char> piece)
    {
        lock (Gate)
        {
            if (entry.State is not EntryState.Streaming)
            {
                return;
            }

            if (entry.Reasoning is null)
            {
                // Pages have no place for it yet: the entry is sent anew.
                entry.Reasoning = new EntryText();
                entry.Epoch++;
            }

            entry.Reasoning.Append(piece);
            MarkChanged(entry);
        }

        Viewers.NotifyChanged();
    }

    /// <summary>Moves the end of an answer to the reasoning before it, as which it has turned out.</summary>
    /// <param name="entry">The answer; one that has ended stays as it is.</param>
    /// <param name="said">What remains of its text.</param>
    /// <param name="thought">What was reasoning.</param>
    public void MoveToReasoning(ConversationEntry entry, string said, string thought)
    {
        lock (Gate)
        {
            if (entry.State is not EntryState.Streaming)
            {
                return;
            }

            entry.Text.Clear();
            entry.Text.Append(said);
            InitializeMarkdown(entry);
            entry.Reasoning ??= new EntryText();
            entry.Reasoning.Append(thought);
            entry.Epoch++;
            MarkChanged(entry);
        }

        Viewers.NotifyChanged();
    }

    /// <summary>
    /// Ends what is being said and what waits for its place: the text so far stays, and the model knows it. Work whose progress is shown
    /// goes on.
    /// </summary>
    /// <param name="why">What is said about it.</param>
    public void Stop(TextKey why = TextKey.Stopped)
    {
        lock (Gate)
        {
            foreach (var entry in _entries.FindAll(entry => entry is { IsOpen: true, Role: EntryRole.Assistant }))
            {
                EndLocked(entry, EntryState.Stopped, Texts[why]);
            }

            if (_queued is not null)
            {
                _queued.RepliedThrough = _repliedThrough;
                LatestReply = _queued;
                _repliedThrough = _entries.Count;
                _queued = null;
            }
        }

        Viewers.NotifyChanged();
        Stopped?.Invoke();
    }

    /// <summary>Takes the newest answer back, so that it is given once more, together with what came since.</summary>
    /// <param name="id">Which answer the page means.</param>
    /// <returns>Whether that is the newest one, has ended, and what it answered is still there.</returns>
    public bool Regenerate(Guid id)
    {
        lock (Gate)
        {
            if (LatestReply is not { IsOpen: false, Withdrawn: false, RepliedThrough: { } before } answer
                || answer.Id != id
                || !_entries.Skip(before).Any(entry => entry.RequiresReply))
            {
                return false;
            }

            WithdrawLocked(answer);
            _repliedThrough = before;
            _regenerating = true;
        }

        Viewers.NotifyChanged();
        ReplyRequested?.Invoke();
        return true;
    }

    /// <summary>The same for an answer whose node is gone: what was said before it is owed again, by this one.</summary>
    /// <param name="id">Which answer the page means.</param>
    /// <returns>Whether it is the newest one and has ended, and anything was said before it.</returns>
    public bool RegenerateRemote(Guid id)
    {
        lock (Gate)
        {
            if (Find(id) is not { IsRemote: true, RepliedRemotely: true, IsOpen: false, Withdrawn: false } answer
                || _entries.Exists(later => later.Ordinal > answer.Ordinal && later is { Withdrawn: false, CanRegenerate: true })
                || RequestsBefore(answer) is not { Count: > 0 } questions)
            {
                return false;
            }

            WithdrawLocked(answer);
            AddPendingReplies(questions);
            _regenerating = true;
        }

        Viewers.NotifyChanged();
        ReplyRequested?.Invoke();
        return true;
    }

    /// <summary>Whether an entry has ended, by whomever.</summary>
    public bool HasEnded(ConversationEntry entry)
    {
        lock (Gate)
        {
            return !entry.IsOpen;
        }
    }

    /// <summary>
    /// What an answer of another node must have answered: that node alone knew it. What the application said in between is passed over.
    /// </summary>
    private List<Guid> RequestsBefore(ConversationEntry answer)
    {
        var questions = new List<Guid>();
        for (var i = IndexOf(answer.Ordinal) - 1; i >= 0 && (questions.Count == 0 || _entries[i].Role is not EntryRole.Assistant); i--)
        {
            if (_entries[i] is { Withdrawn: false, Role: EntryRole.User or EntryRole.Event })
            {
                questions.Add(_entries[i].Id);
            }
        }

        return questions;
    }

    private void SetWaiting(ConversationEntry entry, string forWhat)
    {
        entry.Waiting = forWhat;
        entry.Epoch++;
        MarkChanged(entry);
    }

    private void EndQueuedLocked()
    {
        if (_queued is not null)
        {
            WithdrawLocked(_queued);
            _queued = null;
        }
    }

    /// <summary>Who speaks in an answer's place can be asked again in its place.</summary>
    private void Substitute(ConversationEntry entry, Turn turn)
    {
        entry.RepliedThrough = turn.Entry.RepliedThrough;
        LatestReply = entry;
        MarkChanged(entry);
    }
}
