using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace Pipulate.Commentary;

/// <summary>
/// Writes a value into a text so that it stays data: cut, without characters that hide or reorder what stands there,
/// and in a prompt as a JSON string, which it cannot close.
/// </summary>
internal static class PlaceholderValue
{
    private const char Ellipsis = '…';

    /// <summary>Joins emoji and letters of several scripts; the other format characters only hide or reorder text.</summary>
    private static readonly Rune ZeroWidthJoiner = new(0x200D);
    private static readonly Rune ZeroWidthNonJoiner = new(0x200C);

    public static void Append(StringBuilder text, object? value, bool quoted, int longest)
    {
        switch (value)
        {
            case null:
                text.Append(quoted ? "null" : "");
                break;
            case RedactedValue:
                text.Append(RedactedValue.Text);
                break;
            case bool truth:
                text.Append(truth ? "true" : "false");
                break;
            case byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
            case IFormattable formattable:
                AppendText(text, formattable.ToString(null, CultureInfo.InvariantCulture), quoted, longest);
                break;
            default:
                AppendText(text, value.ToString() ?? "", quoted, longest);
                break;
        }
    }

    private static void AppendText(StringBuilder text, string value, bool quoted, int longest)
    {
        // One more for the ellipsis.
        var clean = ArrayPool<char>.Shared.Rent(Math.Min(value.Length, longest) + 1);
        try
        {
            var length = Clean(value, clean, longest);
            if (quoted)
            {
                text.Append('"');
                AppendEncoded(text, clean.AsSpan(0, length));
                text.Append('"');
            }
            else
            {
                text.Append(clean, 0, length);
            }
        }
        finally
        {
            ArrayPool<char>.Shared.Return(clean);
        }
    }

    /// <summary>Variation selectors beyond the first sixteen change nothing that a person sees, and can carry a text that only a model reads.</summary>
    private static bool IsHiddenSelector(Rune rune) => rune.Value is >= 0xE0100 and <= 0xE01EF;

    private static void AppendEncoded(StringBuilder text, ReadOnlySpan<char> clean)
    {
        var encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        var encoded = ArrayPool<char>.Shared.Rent(clean.Length * encoder.MaxOutputCharactersPerInputCharacter);
        try
        {
            encoder.Encode(clean, encoded, out _, out var written);
            text.Append(encoded, 0, written);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(encoded);
        }
    }

    private static int Clean(string value, Span<char> clean, int longest)
    {
        var length = 0;
        foreach (var rune in value.EnumerateRunes())
        {
            var kept = rune.IsAscii && rune.Value is >= ' ' and < 0x7F
                ? rune
                : Rune.GetUnicodeCategory(rune) switch
                {
                    UnicodeCategory.Control => new Rune(' '),
                    _ when IsHiddenSelector(rune) => default,
                    UnicodeCategory.Format when rune != ZeroWidthJoiner && rune != ZeroWidthNonJoiner => default,
                    UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => new Rune(' '),
                    _ => rune,
                };
            if (kept == default)
            {
                continue;
            }

            if (length + kept.Utf16SequenceLength > longest)
            {
                clean[length++] = Ellipsis;
                return length;
            }

            length += kept.EncodeToUtf16(clean[length..]);
        }

        return length;
    }
}
