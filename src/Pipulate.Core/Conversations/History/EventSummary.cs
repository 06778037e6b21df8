using System.Text;
using Microsoft.Extensions.AI;
using Pipulate.Conversations.Entries;
using Pipulate.Text;

namespace Pipulate.Conversations.History;

/// <summary>
/// Collects consecutive events into one message to the model. Events of one kind in a row are summarized: how many there were, what
/// differs in each, and once the ending that they share, because that is where a template says what it wants.
/// </summary>
internal sealed class EventSummary
{
    private const int FirstListed = 2;
    private const int LastListed = 10;

    private readonly List<ConversationEntry> _events = [];

    public void Add(ConversationEntry entry) => _events.Add(entry);

    /// <summary>Appends the message to the others, unless there are no events, and clears the events.</summary>
    public void MoveTo(List<ChatMessage> messages)
    {
        if (_events.Count == 0)
        {
            return;
        }

        var report = new StringBuilder();
        for (var i = 0; i < _events.Count;)
        {
            var run = 1;
            while (_events[i].Kind is { } kind && i + run < _events.Count && _events[i + run].Kind == kind)
            {
                run++;
            }

            report.Append(report.Length > 0 ? "\n" : "").Append("[event] ");
            WriteRun(report, [.. _events.Skip(i).Take(run).Select(entry => entry.Text.ToString())]);
            i += run;
        }

        messages.Add(new ChatMessage(ChatRole.User, report.ToString()));
        _events.Clear();
    }

    private static void WriteRun(StringBuilder report, string[] texts)
    {
        if (texts.Length == 1)
        {
            report.Append(texts[0]);
            return;
        }

        var ending = CommonEnding(texts);
        report.Append("This happened ").Append(texts.Length).Append(" times:");
        for (var i = 0; i < texts.Length; i++)
        {
            if (i == FirstListed && texts.Length > FirstListed + LastListed)
            {
                var omitted = texts.Length - FirstListed - LastListed;
                report.Append("\n- (and ").Append(omitted).Append(" more like these)");
                i += omitted;
            }

            report.Append("\n- ").Append(texts[i].AsSpan(0, texts[i].Length - ending).TrimEnd());
        }

        if (ending > 0)
        {
            report.Append('\n').Append(texts[0].AsSpan(texts[0].Length - ending).TrimStart());
        }
    }

    /// <summary>Counts the characters at the end that all texts share, from the beginning of a sentence on.</summary>
    private static int CommonEnding(string[] texts)
    {
        var first = texts[0];
        var shared = texts.Min(text => text.Length);
        foreach (var text in texts)
        {
            var same = 0;
            while (same < shared && text[^(same + 1)] == first[^(same + 1)])
            {
                same++;
            }

            shared = same;
        }

        // Even identical texts keep their first sentence in the list.
        var from = first.Length - shared;
        for (var sentence = from; (sentence = first.IndexOf(". ", sentence, StringComparison.Ordinal)) >= 0; sentence++)
        {
            // A sentence may end inside a value. A user's text must not be separated from its quotation marks.
            var ending = first.Length - sentence - 1;
            if (!texts.Any(text => TextCut.IsQuoted(text.AsSpan(0, text.Length - ending), out _)))
            {
                return ending;
            }
        }

        return 0;
    }
}
