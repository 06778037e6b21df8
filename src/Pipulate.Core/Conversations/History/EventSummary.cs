using System.Text;
using Microsoft.Extensions.AI;
using Pipulate.Conversations.Entries;
using Pipulate.Text;

namespace Pipulate.Conversations.History;

/// <summary>
/// The events that came together, as one message to the model. Those of one kind in a row are told as one: how many there were, what
/// differs in each, and once how they all end, which is where a template says what it wants.
/// </summary>
internal sealed class EventSummary
{
    private const int FirstListed = 2;
    private const int LastListed = 10;

    private readonly List<ConversationEntry> _events = [];

    public void Add(ConversationEntry entry) => _events.Add(entry);

    /// <summary>Adds the message to the others, if there is anything to tell, and begins anew.</summary>
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
                var untold = texts.Length - FirstListed - LastListed;
                report.Append("\n- (and ").Append(untold).Append(" more like these)");
                i += untold;
            }

            report.Append("\n- ").Append(texts[i].AsSpan(0, texts[i].Length - ending).TrimEnd());
        }

        if (ending > 0)
        {
            report.Append('\n').Append(texts[0].AsSpan(texts[0].Length - ending).TrimStart());
        }
    }

    /// <summary>How many characters at the end all texts share, from the beginning of a sentence on.</summary>
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

        // Texts that are the same altogether keep their first sentence in the list.
        var from = first.Length - shared;
        for (var sentence = from; (sentence = first.IndexOf(". ", sentence, StringComparison.Ordinal)) >= 0; sentence++)
        {
            // A sentence may end inside a value: what a user wrote must not be torn out of its quotation.
            var ending = first.Length - sentence - 1;
            if (!texts.Any(text => TextCut.IsQuoted(text.AsSpan(0, text.Length - ending), out _)))
            {
                return ending;
            }
        }

        return 0;
    }
}
