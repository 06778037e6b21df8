using System.Buffers;

namespace Pipulate.Markdown;

/// <summary>Tells LaTeX from money, from brackets that were escaped, and from prose.</summary>
internal static class Mathematics
{
    private static readonly SearchValues<char> Certain = SearchValues.Create("\\^_{}");

    private static readonly SearchValues<char> WordCharacters =
        SearchValues.Create(" ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Finds the length of the formula that a text begins with, delimiters and all; 0 if there is none.</summary>
    /// <param name="text">A text that begins with <c>$</c> or <c>\</c>.</param>
    /// <param name="before">The character before, <c>\0</c> if there is none.</param>
    public static int Length(ReadOnlySpan<char> text, char before)
    {
        if (text[0] == '$')
        {
            return before is '$' || char.IsAsciiLetterOrDigit(before) ? 0
                : text.StartsWith("$$", StringComparison.Ordinal) ? LengthOfDisplay(text)
                : LengthBetweenDollars(text);
        }

        return text.Length > 4 && text[1] is '(' or '[' ? LengthBetweenBrackets(text, before) : 0;
    }

    /// <summary>Gets what ends the formula that a line opens; null if it opens none.</summary>
    public static string? EndOfBlock(ReadOnlySpan<char> line) => line.Trim() switch
    {
        "$$" => "$$",
        "\\[" => "\\]",
        _ => null,
    };

    /// <summary>Finds the formula up to the next dollar; if that one cannot close it, the first is a currency sign.</summary>
    private static int LengthBetweenDollars(ReadOnlySpan<char> text)
    {
        var end = Find(text, 1, '$');
        if (end <= 1 || text[..end].ContainsAny('\r', '\n'))
        {
            return 0;
        }

        var source = text[1..end];
        var next = end + 1 < text.Length ? text[end + 1] : '\0';
        var stands = !char.IsWhiteSpace(source[0]) && !char.IsWhiteSpace(source[^1]) && next != '$' && !char.IsAsciiLetterOrDigit(next);
        return stands && IsFormula(source) && !(char.IsAsciiDigit(source[0]) && IsAmount(source)) ? end + 1 : 0;
    }

    private static int LengthOfDisplay(ReadOnlySpan<char> text)
    {
        var end = Find(text, 2, '$');
        if (end <= 2 || text.Length < end + 2 || text[end + 1] != '$' || (text.Length > end + 2 && text[end + 2] == '$'))
        {
            return 0;
        }

        // "$$ to $$" are prices.
        var source = text[2..end];
        var isWord = source[0] == ' ' && source.Trim().Length > 1 && !source.ContainsAnyExcept(WordCharacters);
        return IsFormula(source) && !isWord ? end + 2 : 0;
    }

    private static int LengthBetweenBrackets(ReadOnlySpan<char> text, char before)
    {
        var (open, close) = (text[1], text[1] == '(' ? ')' : ']');
        for (var at = 2; at + 1 < text.Length; at += text[at] == '\\' ? 2 : 1)
        {
            if (text[at] != '\\' || (text[at + 1] != close && text[at + 1] != open))
            {
                continue;
            }

            var source = text[2..at];
            var length = at + 2;
            if (text[at + 1] == open || !IsFormula(source))
            {
                return 0;
            }

            return open == '(' || source.ContainsAny(Certain) || source.ContainsAny('=', '+') || StandsAlone(text[length..], source, before)
                ? length
                : 0;
        }

        return 0;
    }

    /// <summary>
    /// Decides whether a formula is alone on its lines: <c>\[1\]</c> in a sentence is an escaped bracket, and <c>\[x\]</c> a ticked box.
    /// </summary>
    private static bool StandsAlone(ReadOnlySpan<char> rest, ReadOnlySpan<char> source, char before) =>
        before is '\0' or '\n'
        && source is not ("x" or "X")
        && (rest.TrimStart(' ').IsEmpty || rest.TrimStart(' ')[0] is '\r' or '\n');

    /// <summary>Finds the next such character that no backslash escapes; -1 if there is none.</summary>
    private static int Find(ReadOnlySpan<char> text, int from, char character)
    {
        for (var at = from; at < text.Length; at++)
        {
            if (text[at] == character)
            {
                return at;
            }

            at += text[at] == '\\' ? 1 : 0;
        }

        return -1;
    }

    private static bool IsFormula(ReadOnlySpan<char> source)
    {
        var trimmed = source.Trim();
        if (trimmed.IsEmpty || trimmed.ContainsAny(Certain))
        {
            return !trimmed.IsEmpty;
        }

        return !HasWord(trimmed, longest: trimmed.ContainsAny(" \t\n") && !trimmed.ContainsAny('=', '+') ? 2 : int.MaxValue);
    }

    /// <summary>Tells <c>$5, or 6$</c> from <c>$2x$</c>.</summary>
    private static bool IsAmount(ReadOnlySpan<char> source) =>
        !source.ContainsAny(Certain) && (HasWord(source, longest: 2) || (source.ContainsAny(' ', ',') && !source.ContainsAny('=', '+')));

    /// <summary>
    /// Gets a value indicating whether letters of another script than Greek are in it, or a run of letters longer than that.
    /// </summary>
    private static bool HasWord(ReadOnlySpan<char> source, int longest)
    {
        var run = 0;
        foreach (var character in source)
        {
            run = char.IsAsciiLetter(character) ? run + 1 : 0;
            if (run > longest || (!char.IsAscii(character) && char.IsLetter(character) && character is < '\u0370' or > '\u03FF'))
            {
                return true;
            }
        }

        return false;
    }
}
