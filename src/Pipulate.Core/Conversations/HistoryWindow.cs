using System.Text;
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
        if (Measure(entries, _first) > Characters)
        {
            Cut(entries);
        }

        var messages = new List<ChatMessage>();
        var events = new StringBuilder();
        for (var i = _first; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (entry.Role is EntryRole.Event)
            {
                events.Append(events.Length > 0 ? "\n" : "").Append("[event] ").Append(entry.Text.ToString());
                continue;
            }

            if (IsTold(entry))
            {
                AddEvents(messages, events);
                messages.Add(new ChatMessage(entry.Role is EntryRole.User ? ChatRole.User : ChatRole.Assistant, entry.Text.ToString()));
            }
        }

        AddEvents(messages, events);
        return messages;
    }

    private static void AddEvents(List<ChatMessage> messages, StringBuilder events)
    {
        if (events.Length > 0)
        {
            messages.Add(new ChatMessage(ChatRole.User, events.ToString()));
            events.Clear();
        }
    }

    private static bool IsTold(ConversationEntry entry) =>
        entry is { Withdrawn: false, Role: not EntryRole.Notice, Text.Length: > 0 };

    private static int Measure(List<ConversationEntry> entries, int first)
    {
        var characters = 0;
        for (var i = first; i < entries.Count; i++)
        {
            characters += IsTold(entries[i]) ? entries[i].Text.Length : 0;
        }

        return characters;
    }

    /// <summary>Drops the oldest whole turns until half is free: an answer never stands first, and what is asked last is never dropped.</summary>
    private void Cut(List<ConversationEntry> entries)
    {
        static bool Begins(ConversationEntry entry) => entry.Role is not EntryRole.Assistant && IsTold(entry);

        var left = Measure(entries, _first);
        var last = entries.FindLastIndex(Begins);
        var i = _first;
        while (i < last && (left > Characters / 2 || !Begins(entries[i])))
        {
            left -= IsTold(entries[i]) ? entries[i].Text.Length : 0;
            i++;
        }

        _first = i;
    }
}
