using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pipulate.Markdown;

/// <summary>
/// Finds where an address in running text ends: where a reader would end it. Not all scripts put a space behind an address, so full-width
/// punctuation, a closing bracket or quote, and a letter of another script right behind an ASCII letter end it too, while <c>/wiki/日本</c>,
/// <c>bücher.example</c> and balanced brackets belong to it.
/// </summary>
internal static class BareLink
{
    /// <summary>Caps the length of an address, and so what is read for each beginning.</summary>
    private const int Longest = 2_048;

    private static readonly SearchValues<char> EntityCharacters =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private const string Opening = "([{";
    private const string Closing = ")]}";

    /// <summary>Finds the length of the address that a text begins with.</summary>
    /// <param name="text">A text that begins with <c>http://</c>, <c>https://</c> or <c>www.</c></param>
    /// <param name="scheme">The length of that beginning.</param>
    /// <param name="before">The character before the address, <c>\0</c> if there is none.</param>
    /// <param name="emphasis">Whether a <c>*</c> before the address waits for its other end.</param>
    /// <returns>The length; 0 if that is no address.</returns>
    public static int Length(ReadOnlySpan<char> text, int scheme, char before, bool emphasis)
    {
        if (text.Length > Longest)
        {
            text = text[..Longest];
        }

        var length = scheme;
        Span<int> open = stackalloc int[Opening.Length];
        while (length < text.Length && Extent(text, length, before, emphasis, open) is var extent and > 0)
        {
            length += extent;
        }

        length = TrimmedLength(text[..length]);
        return length > scheme && IsHost(text[scheme..length], isPrefixed: text[0] is 'w' or 'W') ? length : 0;
    }

    /// <summary>Finds how many characters from a place on belong to the address; 0 where it ends.</summary>
    private static int Extent(ReadOnlySpan<char> text, int at, char before, bool emphasis, Span<int> open)
    {
        var character = text[at];
        if (!char.IsAscii(character))
        {
            return ExtentOfOtherScript(text, at);
        }

        var rest = text[(at + 1)..];
        var next = rest.IsEmpty ? '\0' : rest[0];
        var belongs = character switch
        {
            <= ' ' or '\x7F' or '<' or '>' or '"' or '`' or '|' or '^' => false,
            '\\' => next is '_' or '*' or '~',
            '*' => next != '*' && !emphasis,
            '~' => next != '~',
            '\'' => before != '\'',
            '&' => !IsEndingEntity(rest),
            ',' or ';' => !BeginsSentence(text[at - 1], next) && !BeginsAddress(rest),
            '.' or '!' or '?' => !BeginsSentence(text[at - 1], next),
            '(' => text[at - 1] == '_' || next == '\0' || char.IsAscii(next),
            _ => true,
        };
        if (!belongs)
        {
            return 0;
        }

        if (Opening.IndexOf(character) is var opened and >= 0)
        {
            open[opened]++;
        }
        else if (Closing.IndexOf(character) is var closed and >= 0 && --open[closed] < 0)
        {
            return 0;
        }

        return character == '\\' ? 2 : 1;
    }

    private static int ExtentOfOtherScript(ReadOnlySpan<char> text, int at)
    {
        Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
        var next = at + length < text.Length ? text[at + length] : '\0';
        var before = text[at - 1];
        var belongs = rune.Value switch
        {
            // Persian words have the joiner in them, titles the dash.
            0x200C or 0x200D => !char.IsAscii(before) && char.IsLetter(next),
            0x2013 => char.IsLetter(before) && char.IsLetter(next),
            _ when Rune.IsLetter(rune) => IsLatin(rune) || !char.IsAsciiLetterOrDigit(before),
            _ => Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.DecimalDigitNumber,
        };
        return belongs ? length : 0;
    }

    /// <summary>Leaves what ends a sentence, a bracket or an emphasis rather than an address.</summary>
    private static int TrimmedLength(ReadOnlySpan<char> address)
    {
        while (true)
        {
            var trimmed = address.TrimEnd("?!.,:*_~'([{\\");
            if (trimmed.EndsWith(';'))
            {
                // An entity is a character of the text, not of the address.
                var name = trimmed[..^1].LastIndexOf('&') + 1;
                trimmed = name > 0 && !trimmed[name..^1].ContainsAnyExcept(EntityCharacters) ? trimmed[..(name - 1)] : trimmed[..^1];
            }

            if (trimmed.Length == address.Length)
            {
                return trimmed.Length;
            }

            address = trimmed;
        }
    }

    private static bool IsHost(ReadOnlySpan<char> address, bool isPrefixed)
    {
        var end = address.IndexOfAny("/?#");
        var host = end < 0 ? address : address[..end];
        host = host[(host.LastIndexOf('@') + 1)..];
        return (host.StartsWith('[') && !isPrefixed)
            || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase)
            || host.IndexOf('.') is > 0 and var dot && dot < host.Length - 1;
    }

    private static bool BeginsSentence(char before, char next) => !char.IsAscii(next) && char.IsAscii(before);

    private static bool BeginsAddress(ReadOnlySpan<char> text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("www.", StringComparison.OrdinalIgnoreCase);

    /// <summary>Gets a value indicating whether what follows <c>&amp;</c> is the name of a bracket, quote or space.</summary>
    private static bool IsEndingEntity(ReadOnlySpan<char> text) =>
        text.StartsWith("lt;", StringComparison.Ordinal)
        || text.StartsWith("gt;", StringComparison.Ordinal)
        || text.StartsWith("quot;", StringComparison.Ordinal)
        || text.StartsWith("nbsp;", StringComparison.Ordinal)
        || text.StartsWith('#');

    private static bool IsLatin(Rune rune) => rune.Value is < 0x0250 or (>= 0x1E00 and <= 0x1EFF);
}
