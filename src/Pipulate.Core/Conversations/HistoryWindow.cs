using Microsoft.Extensions.AI;

namespace Pipulate.Conversations;

/// <summary>
/// What of a conversation the model is told. The beginning stays byte for byte the same from request to request, because a model
/// server keeps what it has read of an equal beginning; so when the window is full it is cut in bulk, and rarely.
/// </summary>
internal sealed class HistoryWindow
{
    /// <summary>About three thousand tokens: what Ollama's smallest default context leaves beside the answer.</summary>
    private const int Characters = 10_000;

    private int _first;

    /// <summary>The entries as chat messages, oldest first. Called under the conversation's lock.</summary>
    public List<ChatMessage> Read(List<ConversationEntry> entries)
    {
        var messages = Tell(entries, _first);
        if (Measure(messages) > Characters)
        {
            messages = Cut(entries);
        }

        return messages;
    }

    /// <summary>
    /// Of what came between two answers the events are told first and the typed words last, so that a question is the newest however much happened after it.
    /// </summary>
    private static List<ChatMessage> Tell(List<ConversationEntry> entries, int first)
    {
        var messages = new List<ChatMessage>();
        var events = new EventReport();
        var typed = new List<ChatMessage>();
        for (var i = first; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (!IsTold(entry))
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

    private static bool IsTold(ConversationEntry entry) =>
        entry is { Withdrawn: false, Role: not (EntryRole.Notice or EntryRole.Progress), Text.Length: > 0 };

    private static int Measure(List<ChatMessage> messages) => messages.Sum(message => message.Text.Length);

    /// <summary>Drops the oldest whole turns until half is free: an answer never stands first, and what is asked last is never dropped.</summary>
    private List<ChatMessage> Cut(List<ConversationEntry> entries)
    {
        // A turn begins with what is told after an answer; what came together stays together, unless that alone is too much.
        var questions = new List<int>();
        var turns = new List<int>();
        var answered = false;
        for (var i = _first; i < entries.Count; i++)
        {
            if (IsTold(entries[i]))
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

        var messages = CutTo(turns, entries);
        return Measure(messages) <= Characters ? messages : CutTo(questions, entries);
    }

    private List<ChatMessage> CutTo(List<int> beginnings, List<ConversationEntry> entries)
    {
        var messages = Tell(entries, _first);
        foreach (var beginning in beginnings.SkipWhile(beginning => beginning <= _first))
        {
            if (Measure(messages) <= Characters / 2)
            {
                break;
            }

            _first = beginning;
            messages = Tell(entries, beginning);
        }

        return messages;
    }
}
