using Pipulate.Conversations.Entries;
using Pipulate.Localization;

namespace Pipulate.Conversations;

/// <summary>What becomes of an answer beside its words: it waits, it thinks, it is stopped, it is asked for once more.</summary>
internal sealed partial class Conversation
{
    private ConversationEntry? _inLine;
    private bool _askedAgain;

    /// <summary>The newest answer, or who stood in for it: the one that may be taken back. Read under <see cref="Gate"/>.</summary>
    public ConversationEntry? Answer { get; private set; }

    /// <summary>Raised when somebody has stopped what is being said, outside the lock.</summary>
    public event Action? Stopped;

    /// <summary>Shows that an answer is due and waits until others have been given.</summary>
    /// <param name="place">Its place in the line, from 1.</param>
    public void ShowInLine(int place)
    {
        lock (Gate)
        {
            _inLine ??= Add(new ConversationEntry(NextOrdinal, EntryRole.Assistant, EntryState.Streaming, time.GetUtcNow()) { InLine = true });
            Wait(_inLine, Words.Format(Label.WaitingInLine, place));
        }

        Watchers.Wake();
    }

    /// <summary>Shows that no answer waits in the line any more.</summary>
    public void LeaveLine()
    {
        lock (Gate)
        {
            LeaveLineLocked();
        }

        Watchers.Wake();
    }

    /// <summary>Shows that an answer waits for the model to be loaded, unless it has begun or ended.</summary>
    public void ShowLoading(ConversationEntry entry)
    {
        lock (Gate)
        {
            if (entry is { IsOpen: true, InLine: false, Text.Length: 0, Thoughts: null })
            {
                Wait(entry, Words[Label.Loading]);
            }
        }

        Watchers.Wake();
    }

    /// <summary>Adds to what the model thinks before it speaks.</summary>
    public void Think(ConversationEntry entry, ReadOnlySpan<char> piece)
    {
        lock (Gate)
        {
            if (entry.State is not EntryState.Streaming)
            {
                return;
            }

            if (entry.Thoughts is null)
            {
                // Pages have no place for it yet: the entry is sent anew.
                entry.Thoughts = new EntryText();
                entry.Epoch++;
            }

            entry.Thoughts.Append(piece);
            Touch(entry);
        }

        Watchers.Wake();
    }

    /// <summary>Moves the end of an answer to the reasoning before it, as which it has turned out.</summary>
    /// <param name="entry">The answer; one that has ended stays as it is.</param>
    /// <param name="said">What remains of its text.</param>
    /// <param name="thought">What was reasoning.</param>
    public void Retract(ConversationEntry entry, string said, string thought)
    {
        lock (Gate)
        {
            if (entry.State is not EntryState.Streaming)
            {
                return;
            }

            entry.Text.Clear();
            entry.Text.Append(said);
            Form(entry);
            entry.Thoughts ??= new EntryText();
            entry.Thoughts.Append(thought);
            entry.Epoch++;
            Touch(entry);
        }

        Watchers.Wake();
    }

    /// <summary>Ends what is being said and what waits for its place: the text so far stays, and the model knows it. Work whose progress is shown goes on.</summary>
    /// <param name="why">What is said about it.</param>
    public void Stop(Label why = Label.Stopped)
    {
        lock (Gate)
        {
            foreach (var entry in _entries.FindAll(entry => entry is { IsOpen: true, Role: EntryRole.Assistant }))
            {
                EndLocked(entry, EntryState.Stopped, Words[why]);
            }

            if (_inLine is not null)
            {
                _inLine.AnsweredBefore = _answeredThrough;
                Answer = _inLine;
                _answeredThrough = _entries.Count;
                _inLine = null;
            }
        }

        Watchers.Wake();
        Stopped?.Invoke();
    }

    /// <summary>Takes the newest answer back, so that it is given once more, together with what came since.</summary>
    /// <param name="id">Which answer the page means.</param>
    /// <returns>Whether that is the newest one, has ended, and what it answered is still there.</returns>
    public bool AskAgain(Guid id)
    {
        lock (Gate)
        {
            if (Answer is not { IsOpen: false, Withdrawn: false, AnsweredBefore: { } before } answer
                || answer.Id != id
                || !_entries.Skip(before).Any(entry => entry.WantsAnswer))
            {
                return false;
            }

            WithdrawLocked(answer);
            _answeredThrough = before;
            _askedAgain = true;
        }

        Watchers.Wake();
        Heard?.Invoke();
        return true;
    }

    /// <summary>The same for an answer whose node is gone: what was said before it is owed again, by this one.</summary>
    /// <param name="id">Which answer the page means.</param>
    /// <returns>Whether it is the newest one and has ended, and anything was said before it.</returns>
    public bool AskAgainInstead(Guid id)
    {
        lock (Gate)
        {
            if (Find(id) is not { FromElsewhere: true, AnsweredElsewhere: true, IsOpen: false, Withdrawn: false } answer
                || _entries.Exists(later => later.Ordinal > answer.Ordinal && later is { Withdrawn: false, CanBeAskedAgain: true })
                || QuestionsBefore(answer) is not { Count: > 0 } questions)
            {
                return false;
            }

            WithdrawLocked(answer);
            Owe(questions);
            _askedAgain = true;
        }

        Watchers.Wake();
        Heard?.Invoke();
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

    /// <summary>What an answer of another node must have answered: that node alone knew it. What the application said in between is passed over.</summary>
    private List<Guid> QuestionsBefore(ConversationEntry answer)
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

    private void Wait(ConversationEntry entry, string forWhat)
    {
        entry.Waiting = forWhat;
        entry.Epoch++;
        Touch(entry);
    }

    private void LeaveLineLocked()
    {
        if (_inLine is not null)
        {
            WithdrawLocked(_inLine);
            _inLine = null;
        }
    }

    /// <summary>Who speaks in an answer's place can be asked again in its place.</summary>
    private void StandIn(ConversationEntry entry, Turn turn)
    {
        entry.AnsweredBefore = turn.Entry.AnsweredBefore;
        Answer = entry;
        Touch(entry);
    }
}
