using Microsoft.Extensions.AI;
using Pipulate.Conversations.Entries;

namespace Pipulate.Conversations.History;

/// <summary>
/// Decides which entries of a conversation are sent to the model. The beginning stays byte for byte the same from request to request,
/// because a model server caches an equal prefix; so when the window is full it is cut in bulk, and rarely.
/// Called under the conversation's lock.
/// </summary>
internal sealed class HistoryWindow
{
    private int _first;

    /// <summary>
    /// Gets the first <paramref name="count"/> entries as chat messages, oldest first. If the model has no room for all, the oldest whole
    /// turns are left out, in later calls too.
    /// </summary>
    /// <param name="entries">The conversation.</param>
    /// <param name="count">How many of its entries are read.</param>
    /// <param name="budget">The room in the prompt; null for no limit.</param>
    /// <param name="leftOut">How many entries are left out that were sent before.</param>
    public List<ChatMessage> Read(IReadOnlyList<ConversationEntry> entries, int count, HistoryBudget? budget, out int leftOut)
    {
        var first = FindFirst(entries, count, budget);
        leftOut = 0;
        for (var i = _first; i < first; i++)
        {
            leftOut += IsIncluded(entries[i]) ? 1 : 0;
        }

        _first = first;
        return ToMessages(entries, first, count);
    }

    /// <summary>Gets what <see cref="Read"/> would return, without moving the window.</summary>
    public List<ChatMessage> Peek(IReadOnlyList<ConversationEntry> entries, HistoryBudget? budget) =>
        ToMessages(entries, FindFirst(entries, entries.Count, budget), entries.Count);

    /// <summary>
    /// Converts entries to messages. Between two answers the events come first and the typed messages last, so that a question is the
    /// newest message, however much happened after it.
    /// </summary>
    private static List<ChatMessage> ToMessages(IReadOnlyList<ConversationEntry> entries, int first, int count)
    {
        var messages = new List<ChatMessage>();
        var events = new EventSummary();
        var typed = new List<ChatMessage>();
        if (FindRequest(entries, first, count) is { } question)
        {
            typed.Add(new ChatMessage(ChatRole.User, question.Text.ToString()));
        }

        for (var i = first; i < count; i++)
        {
            var entry = entries[i];
            if (!IsIncluded(entry))
            {
                continue;
            }

            switch (entry.Role)
            {
                case EntryRole.Event:
                    events.Add(entry);
                    break;
                case EntryRole.User:
                    typed.Add(new ChatMessage(ChatRole.User, entry.Text.ToString()));
                    break;
                default:
                    MoveTo();
                    messages.Add(new ChatMessage(ChatRole.Assistant, entry.Text.ToString()));
                    break;
            }
        }

        MoveTo();
        return messages;

        void MoveTo()
        {
            events.MoveTo(messages);
            messages.AddRange(typed);
            typed.Clear();
        }
    }

    /// <summary>
    /// Finds the open question if the cut fell behind it. The events after it may take all the room, but the question must be sent to be
    /// answered.
    /// </summary>
    private static ConversationEntry? FindRequest(IReadOnlyList<ConversationEntry> entries, int first, int count)
    {
        for (var i = count - 1; i >= 0 && first > 0; i--)
        {
            if (IsIncluded(entries[i]) && entries[i].Role is not EntryRole.Event)
            {
                return entries[i].Role is EntryRole.User && i < first ? entries[i] : null;
            }
        }

        return null;
    }

    private static bool IsIncluded(ConversationEntry entry) =>
        entry is { Withdrawn: false, Role: not (EntryRole.Notice or EntryRole.Progress), Text.Length: > 0 };

    /// <summary>
    /// Finds the entry to begin with: the oldest whole turns are left out until there is much room again. An answer is never the first, and
    /// the last question is never left out.
    /// </summary>
    private int FindFirst(IReadOnlyList<ConversationEntry> entries, int count, HistoryBudget? limit)
    {
        if (limit is not { } budget || Measure(_first) <= budget.Most)
        {
            return _first;
        }

        // A turn begins with the first entry after an answer. Turns stay whole, unless the last one alone is too long.
        var questions = new List<int>();
        var turns = new List<int>();
        var answered = false;
        for (var i = _first; i < count; i++)
        {
            if (IsIncluded(entries[i]))
            {
                var answers = entries[i].Role is EntryRole.Assistant;
                if (!answers)
                {
                    questions.Add(i);
                    if (answered)
                    {
                        turns.Add(i);
                    }
                }

                answered = answers;
            }
        }

        var first = FindRoom(turns);
        return Measure(first) <= budget.Most ? first : FindRoom(questions);

        int Measure(int beginning) => budget.Estimate.Of(ToMessages(entries, beginning, count));

        // Finds the first beginning that leaves enough room, otherwise the last one.
        int FindRoom(List<int> beginnings)
        {
            var (low, high) = (0, beginnings.Count - 1);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = Measure(beginnings[middle]) <= budget.Kept ? (low, middle) : (middle + 1, high);
            }

            return beginnings.Count > 0 ? beginnings[low] : _first;
        }
    }
}
