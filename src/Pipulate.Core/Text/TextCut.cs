using System.Buffers;
using System.Globalization;

namespace Pipulate.Text;

/// <summary>
/// Cuts texts where a reader would: never inside what they see as one character, such as a flag, a family of emoji or a letter with its
/// accents.
/// </summary>
internal static class TextCut
{
    public const char Ellipsis = '…';

    /// <summary>
    /// Caps the UTF-16 units of one visible character. Stacked accents can give it any length; a longer one is cut between two runes.
    /// </summary>
    public const int LongestElement = 64;

    private static readonly SearchValues<char> Quotes = SearchValues.Create("\"\\");

    /// <summary>Gets how much of a text fits.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">The most UTF-16 units.</param>
    /// <returns>The length of its longest beginning that fits and ends between two visible characters.</returns>
    public static int LengthWithin(ReadOnlySpan<char> text, int longest)
    {
        if (text.Length <= longest)
        {
            return text.Length;
        }

        var length = 0;
        while (true)
        {
            // Two plain characters in a row are two elements, but for a line break.
            var next = length + 1 < text.Length && text[length] is >= ' ' and < '\x7F' && text[length + 1] is >= ' ' and < '\x7F'
                ? 1
                : StringInfo.GetNextTextElementLength(text[length..]);
            if (length + next > longest)
            {
                return next <= LongestElement ? length : Math.Max(length, RunesWithin(text, longest));
            }

            length += next;
        }
    }

    /// <summary>Cuts a text, without a sign that it was cut.</summary>
    public static string Within(string text, int longest) => text.Length <= longest ? text : text[..LengthWithin(text, longest)];

    /// <summary>Cuts a text and puts an ellipsis behind what is left, which comes on top of the limit.</summary>
    public static string WithEllipsis(string text, int longest) =>
        text.Length <= longest ? text : $"{text.AsSpan(0, LengthWithin(text, longest))}{Ellipsis}";

    /// <summary>
    /// Cuts a text in which values stand as JSON strings. A cut inside a value closes its quotation: what follows must not be taken for a
    /// part of the value, nor the value for what follows.
    /// </summary>
    public static string WithQuotations(string text, int longest)
    {
        if (text.Length <= longest)
        {
            return text;
        }

        var kept = text.AsSpan(0, LengthWithin(text, longest));
        return !IsQuoted(kept, out var escaped) ? $"{kept}{Ellipsis}" : $"{(escaped ? kept[..^1] : kept)}{Ellipsis}\"";
    }

    /// <summary>Gets a value indicating whether the end of a text stands inside a JSON string.</summary>
    /// <param name="text">The text.</param>
    /// <param name="escaped">Whether it ends with a backslash that escapes what comes next.</param>
    public static bool IsQuoted(ReadOnlySpan<char> text, out bool escaped)
    {
        var inside = false;
        escaped = false;
        while (text.IndexOfAny(Quotes) is var at and >= 0)
        {
            escaped = false;
            if (text[at] == '"')
            {
                inside = !inside;
            }
            else if (inside)
            {
                escaped = at + 1 == text.Length;
                at = Math.Min(at + 1, text.Length - 1);
            }

            text = text[(at + 1)..];
        }

        return inside;
    }

    private static int RunesWithin(ReadOnlySpan<char> text, int longest) =>
        longest > 0 && char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest;
}
