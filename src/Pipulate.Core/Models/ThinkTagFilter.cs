using System.Text;

namespace Pipulate.Models;

/// <summary>
/// Separates the reasoning that a model writes into its text from the answer. Servers without a parser for a model's template pass it on
/// that way.
/// An opening tag counts at the beginning of a message only: later the same characters are what the model wants to say. Many templates put
/// the opening tag into the prompt;
/// then a closing tag stands alone, and all before it was reasoning, unless it stands in code or in quotes, or follows an opening tag that
/// the text describes.
/// </summary>
internal sealed class ThinkTagFilter
{
    /// <summary>
    /// Lists the tags that models emit. DeepSeek, Qwen, GLM: think; Claude: thinking; EXAONE, Gemma: thought; Magistral: brackets; Seed,
    /// Command A, OpenThinker, Kimi: their own; gpt-oss: channels.
    /// </summary>
    private static readonly (string Open, string Close)[] Tags =
    [
        ("<think>", "</think>"),
        ("<thinking>", "</thinking>"),
        ("<thought>", "</thought>"),
        ("<reasoning>", "</reasoning>"),
        ("[THINK]", "[/THINK]"),
        ("<seed:think>", "</seed:think>"),
        ("<|START_THINKING|>", "<|END_THINKING|>"),
        ("<|begin_of_thought|>", "<|end_of_thought|>"),
        ("◁think▷", "◁/think▷"),
        ("<|channel|>analysis<|message|>", "<|end|>"),
        ("<|start|>assistant<|channel|>analysis<|message|>", "<|end|>"),
    ];

    /// <summary>Lists what may stand between the reasoning of gpt-oss and its answer.</summary>
    private static readonly string[] Headers = ["<|start|>assistant<|channel|>final<|message|>", "<|channel|>final<|message|>"];

    /// <summary>Lists the tags whose opening is often part of the prompt.</summary>
    private static readonly (string Open, string Close)[] Halves = Tags[..2];

    private readonly StringBuilder _held = new();
    private CodeSpans _code;
    private State _state;
    private string _close = "";
    private bool _closed;
    private (char BeforeLast, char Last) _before;

    private enum State
    {
        Beginning,
        Thinking,

        /// <summary>Holds the text that turns out to be reasoning if a closing tag stands alone in it.</summary>
        Undecided,
        Answer,
    }

    /// <summary>Gets a value indicating whether what was given as answer may still be taken back.</summary>
    public bool MayTakeBack => _state is State.Undecided or State.Beginning;

    /// <summary>Takes the next piece and gives what is known of it; what may be part of a tag is held until more comes.</summary>
    public ThinkTagPiece Take(string piece)
    {
        if (_state is State.Answer)
        {
            return new("", piece);
        }

        if (_state is State.Undecided && _held.Length == 0 && !piece.Contains('<', StringComparison.Ordinal))
        {
            // Nearly every piece.
            ReadUndecided(piece, out _);
            return new("", piece);
        }

        _held.Append(piece);
        var thinking = "";
        while (true)
        {
            var text = _held.ToString();
            switch (_state)
            {
                case State.Beginning when ReadBeginning(text):
                    continue;

                case State.Beginning:
                    return new(thinking, "");

                case State.Thinking:
                    var end = text.IndexOf(_close, StringComparison.OrdinalIgnoreCase);
                    if (end >= 0)
                    {
                        thinking += text[..end];
                        Keep(text.AsSpan(end + _close.Length), State.Beginning);
                        _closed = true;
                        continue;
                    }

                    var sure = text.Length - TailThatMayBegin(text, _close);
                    Keep(text.AsSpan(sure), State.Thinking);
                    return new(thinking + text[..sure], "");

                case State.Undecided:
                    var read = ReadUndecided(text, out var tag);
                    if (tag == 0)
                    {
                        Keep(text.AsSpan(read), _state);
                        return new(thinking, text[..read]);
                    }

                    var before = text[..read];
                    Keep(text.AsSpan(read + tag), State.Beginning);
                    _closed = true;
                    var after = Take("");
                    return new(before + after.Thinking, after.Answer, TakesBack: true);

                default:
                    Keep([], State.Answer);
                    return new(thinking, text);
            }
        }
    }

    /// <summary>Gives what was held back because it could have become a tag. Called when the message has ended.</summary>
    public ThinkTagPiece Flush()
    {
        var text = _held.ToString();
        _held.Clear();
        return _state is State.Thinking ? new(text, "") : new("", _closed && _state is State.Beginning ? text.TrimStart() : text);
    }

    /// <returns>Whether the state is another one now; else more has to come first.</returns>
    private bool ReadBeginning(string text)
    {
        var start = text.AsSpan().TrimStart(InvisibleText.Blanks);
        var maybe = start.IsEmpty;
        foreach (var (open, close) in Tags)
        {
            if (start.StartsWith(open, StringComparison.OrdinalIgnoreCase))
            {
                _close = close;
                Keep(start[open.Length..], State.Thinking);
                return true;
            }

            maybe |= IsBeginningOf(start, open);
        }

        foreach (var header in Headers)
        {
            if (start.StartsWith(header, StringComparison.OrdinalIgnoreCase))
            {
                Keep(start[header.Length..], State.Answer);
                return true;
            }

            maybe |= IsBeginningOf(start, header);
        }

        if (!maybe)
        {
            // Behind reasoning that was closed, the blank lines before the answer belong to neither.
            Keep(_closed ? start : text, _closed ? State.Answer : State.Undecided);
        }

        return !maybe;
    }

    /// <summary>Reads up to a closing tag, or to what may become one.</summary>
    private int ReadUndecided(string text, out int tag)
    {
        tag = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '<')
            {
                var rest = text.AsSpan(i);
                foreach (var (open, close) in Halves)
                {
                    if (rest.StartsWith(open, StringComparison.OrdinalIgnoreCase))
                    {
                        // The text describes the tags, so a closing one is part of what it says.
                        _state = State.Answer;
                        return text.Length;
                    }

                    if (IsBeginningOf(rest, open) || IsBeginningOf(rest, close))
                    {
                        return i;
                    }

                    if (rest.StartsWith(close, StringComparison.OrdinalIgnoreCase) && !_code.IsInside() && !IsQuoted())
                    {
                        tag = close.Length;
                        return i;
                    }
                }
            }

            _code.Read(text[i]);
            _before = (_before.Last, text[i]);
        }

        return text.Length;
    }

    /// <summary>
    /// Recognises a quoted tag: an opening quotation mark or bracket stands behind a blank; a closing one, which may end the reasoning,
    /// does not.
    /// </summary>
    private bool IsQuoted() => _before.Last is '"' or '\'' or '“' or '‘' or '«' or '(' or '„'
        && (_before.BeforeLast is '\0' or '(' || char.IsWhiteSpace(_before.BeforeLast));

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
