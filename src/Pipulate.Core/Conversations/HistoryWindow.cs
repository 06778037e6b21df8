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

    private static List<ChatMessage> Tell(List<ConversationEntry> entries, int first)
    {
        var messages = new List<ChatMessage>();
        var events = new EventReport();
        for (var i = first; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (entry.Role is EntryRole.Event)
            {
                events.Add(entry);
            }
            else if (IsTold(entry))
            {
                events.MoveTo(messages);
                messages.Add(new ChatMessage(entry.Role is EntryRole.User ? ChatRole.User : ChatRole.Assistant, entry.Text.ToString()));
            }
        }

        events.MoveTo(messages);
        return messages;
    }

    private static bool IsTold(ConversationEntry entry) =>
        entry is { Withdrawn: false, Role: not EntryRole.Notice, Text.Length: > 0 };

    private static int Measure(List<ChatMessage> messages) => messages.Sum(message => message.Text.Length);

    /// <summary>Drops the oldest whole turns until half is free: an answer never stands first, and what is asked last is never dropped.</summary>
    private List<ChatMessage> Cut(List<ConversationEntry> entries)
    {
        // A turn begins with what is told after an answer; what came together stays together.
        var begins = new List<int>();
        var answered = false;
        for (var i = _first; i < entries.Count; i++)
        {
            if (IsTold(entries[i]))
            {
                var answers = entries[i].Role is EntryRole.Assistant;
                if (answered && !answers)
                {
                    begins.Add(i);
                }

                answered = answers;
            }
        }

        var messages = Tell(entries, _first);
        foreach (var first in begins)
        {
            _first = first;
            messages = Tell(entries, first);
            if (Measure(messages) <= Characters / 2)
            {
                break;
            }
        }

        return messages;
    }
}
