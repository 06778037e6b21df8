using System.Globalization;
using System.Text;

namespace Pipulate.Models;

/// <summary>Recognises invisible text: white space, and the characters of Unicode that have no width or no glyph.</summary>
internal static class InvisibleText
{
    /// <summary>
    /// Contains white space, and the two invisible characters that servers and models put before a text: the byte order mark and the
    /// zero-width space.
    /// </summary>
    public const string Blanks =
        "\t\n\v\f\r \u0085\u00A0\u2000\u2001\u2002\u2003\u2004\u2005"
            + "\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000\u200B\uFEFF";

    /// <summary>Determines whether a text shows nothing. Half a surrogate pair counts as visible: its other half may follow.</summary>
    public static bool Is(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsInvisible(rune))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Control or UnicodeCategory.Format => true,

        // Fillers, blank patterns, joiners and variation selectors are letters, symbols and marks by their category.
        _ => rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x2800 or 0x3164 or 0xFFA0
            or (>= 0x180B and <= 0x180F) or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0000 and <= 0xE0FFF),
    };
}
