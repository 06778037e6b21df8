using System.Text;

namespace Pipulate.Models;

/// <summary>
/// Takes a <c>&lt;think&gt;…&lt;/think&gt;</c> at the beginning of an answer out of it. Old servers and models without a proper template send
/// their thoughts that way. Only the beginning counts: later the same characters are what the model wants to say.
/// </summary>
internal sealed class ThinkTagFilter
{
    private const string Open = "<think>";
    private const string Close = "</think>";

    private readonly StringBuilder _held = new();
    private State _state;

    private enum State
    {
        Beginning,
        Thinking,
        AfterThinking,
        Answer,
    }

    /// <summary>Takes the next piece; gives what is known to be thought and what is known to be answer so far.</summary>
    public (string Thinking, string Answer) Take(string piece)
    {
        if (_state == State.Answer)
        {
            return ("", piece);
        }

        _held.Append(piece);
        var thinking = "";
        while (true)
        {
            var text = _held.ToString();
            switch (_state)
            {
                case State.Beginning:
                    var start = text.AsSpan().TrimStart();
                    if (start.StartsWith(Open, StringComparison.OrdinalIgnoreCase))
                    {
                        Keep(start[Open.Length..], State.Thinking);
                        continue;
                    }

                    // Some templates put the opening tag into the prompt; with nothing thought, only the closing one is left.
                    if (start.StartsWith(Close, StringComparison.OrdinalIgnoreCase))
                    {
                        Keep(start[Close.Length..], State.AfterThinking);
                        continue;
                    }

                    if (start.IsEmpty || IsBeginningOf(start, Open) || IsBeginningOf(start, Close))
                    {
                        return (thinking, "");
                    }

                    Keep([], State.Answer);
                    return (thinking, text);

                case State.Thinking:
                    var end = text.IndexOf(Close, StringComparison.OrdinalIgnoreCase);
                    if (end >= 0)
                    {
                        thinking += text[..end];
                        Keep(text.AsSpan(end + Close.Length), State.AfterThinking);
                        continue;
                    }

                    var sure = text.Length - TailThatMayBegin(text, Close);
                    Keep(text.AsSpan(sure), State.Thinking);
                    return (thinking + text[..sure], "");

                case State.AfterThinking:
                    var answer = text.TrimStart();
                    Keep([], answer.Length == 0 ? State.AfterThinking : State.Answer);
                    return (thinking, answer);

                default:
                    return (thinking, "");
            }
        }
    }

    /// <summary>Gives what was held back because it could have become a tag. Called when nothing more comes.</summary>
    public (string Thinking, string Answer) Flush()
    {
        var text = _held.ToString();
        _held.Clear();
        return _state == State.Thinking ? (text, "") : ("", text);
    }

    private void Keep(ReadOnlySpan<char> rest, State state)
    {
        var kept = rest.ToString();
        _held.Clear().Append(kept);
        _state = state;
    }

    private static bool IsBeginningOf(ReadOnlySpan<char> text, string tag)
        => text.Length < tag.Length && tag.AsSpan().StartsWith(text, StringComparison.OrdinalIgnoreCase);

    private static int TailThatMayBegin(string text, string tag)
    {
        for (var length = Math.Min(tag.Length - 1, text.Length); length > 0; length--)
        {
            if (IsBeginningOf(text.AsSpan(text.Length - length), tag))
            {
                return length;
            }
        }

        return 0;
    }
}
