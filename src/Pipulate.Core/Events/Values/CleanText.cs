using System.Buffers;
using System.Globalization;
using System.Text;
using Pipulate.Text;

namespace Pipulate.Events.Values;

/// <summary>Takes out of a text what hides, reorders or ends a line, so that what the model reads is what a person sees.</summary>
internal static class CleanText
{
    /// <summary>Contains the characters of nearly all texts; a text with another character is examined rune by rune.</summary>
    private static readonly SearchValues<char> Plain =
        SearchValues.Create([.. Enumerable.Range(' ', 0x7F - ' ').Select(code => (char)code)]);

    /// <summary>Joins emoji and letters of several scripts; the other format characters only hide or reorder text.</summary>
    private static readonly Rune ZeroWidthJoiner = new(0x200D);
    private static readonly Rune ZeroWidthNonJoiner = new(0x200C);

    /// <summary>Appends a text that is clean and not too long.</summary>
    /// <param name="text">Receives it.</param>
    /// <param name="value">The text as it came.</param>
    /// <param name="longest">The most UTF-16 units; an ellipsis comes on top where it is cut.</param>
    /// <param name="escaped">
    /// Whether quotation marks and backslashes are escaped, as inside a JSON string. Nothing else needs it: controls were removed.
    /// </param>
    /// <returns>How many units were taken of the limit.</returns>
    public static int Append(StringBuilder text, string value, int longest, bool escaped)
    {
        if (value.Length <= longest && !value.AsSpan().ContainsAnyExcept(Plain))
        {
            Escape(text, value, escaped);
            return value.Length;
        }

        // The visible character at the cut is looked at whole, so a little more is cleaned than is kept.
        var clean = ArrayPool<char>.Shared.Rent(Math.Min(value.Length, longest + TextCut.LongestElement) + 2);
        try
        {
            var length = Clean(value, clean, longest + TextCut.LongestElement);
            var kept = TextCut.LengthWithin(clean.AsSpan(0, length), longest);
            Escape(text, clean.AsSpan(0, kept), escaped);
            if (kept < length)
            {
                text.Append(TextCut.Ellipsis);
            }

            return kept < length ? longest : kept;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(clean);
        }
    }

    private static void Escape(StringBuilder text, ReadOnlySpan<char> clean, bool escaped)
    {
        while (escaped && clean.IndexOfAny('"', '\\') is var at and >= 0)
        {
            text.Append(clean[..at]).Append('\\').Append(clean[at]);
            clean = clean[(at + 1)..];
        }

        text.Append(clean);
    }

    private static int Clean(string value, Span<char> clean, int longest)
    {
        var length = 0;
        var last = default(Rune);
        foreach (var rune in value.EnumerateRunes())
        {
            var kept = rune.IsAscii && rune.Value is >= ' ' and < 0x7F ? rune : Clean(rune, last);
            if (kept == default)
            {
                continue;
            }

            length += kept.EncodeToUtf16(clean[length..]);
            last = kept;
            if (length > longest)
            {
                break;
            }
        }

        return length;
    }

    /// <returns>What is kept of a rune, or none.</returns>
    private static Rune Clean(Rune rune, Rune last) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => new Rune(' '),
        UnicodeCategory.Format when rune != ZeroWidthJoiner && rune != ZeroWidthNonJoiner => default,
        _ when IsHidden(rune) => default,

        // One of them changes how its neighbours look. A row of them shows nothing, and can carry a text that only a model reads.
        _ when IsJoinerOrSelector(rune) && IsJoinerOrSelector(last) && !(IsSelector(last) && rune == ZeroWidthJoiner) => default,
        _ => rune,
    };

    /// <summary>Recognises what shows nothing: variation selectors beyond the first sixteen, the fillers and the grapheme joiner.</summary>
    private static bool IsHidden(Rune rune) => rune.Value is (>= 0xE0100 and <= 0xE01EF) or 0x034F or 0x115F or 0x1160 or 0x3164 or 0xFFA0;

    private static bool IsJoinerOrSelector(Rune rune) => rune == ZeroWidthJoiner || rune == ZeroWidthNonJoiner || IsSelector(rune);

    private static bool IsSelector(Rune rune) => rune.Value is >= 0xFE00 and <= 0xFE0F;
}
