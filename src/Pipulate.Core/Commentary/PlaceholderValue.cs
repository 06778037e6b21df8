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
            case bool truth:
                text.Append(truth ? "true" : "false");
                break;
            case byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal:
                text.Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
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
        var clean = Clean(value, longest);
        if (quoted)
        {
            text.Append('"').Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(clean)).Append('"');
        }
        else
        {
            text.Append(clean);
        }
    }

    /// <summary>Variation selectors beyond the first sixteen change nothing that a person sees, and can carry a text that only a model reads.</summary>
    private static bool IsHiddenSelector(Rune rune) => rune.Value is >= 0xE0100 and <= 0xE01EF;

    private static string Clean(string value, int longest)
    {
        var clean = new StringBuilder(Math.Min(value.Length, longest) + 1);
        foreach (var rune in value.EnumerateRunes())
        {
            var kept = Rune.GetUnicodeCategory(rune) switch
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

            if (clean.Length + kept.Utf16SequenceLength > longest)
            {
                return clean.Append(Ellipsis).ToString();
            }

            clean.Append(kept);
        }

        return clean.ToString();
    }
}
