using System.Globalization;
using System.Text;

namespace Pipulate.Conversations.Entries;

/// <summary>
/// Decides what a typed text is, by the rules that the panel's script has too: how long it is, and whether it shows anything.
/// </summary>
internal static class TypedText
{
    /// <summary>Replaces the line ends that forms send by those that a text area holds, so that every transport counts the same.</summary>
    public static string Normalize(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

    /// <summary>
    /// Gets a value indicating whether nothing of the text can be seen: only white space, controls, and characters of no width.
    /// </summary>
    public static bool IsBlank(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!Rune.IsWhiteSpace(rune)
                && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format)
                && !IsIgnorable(rune.Value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Matches Unicode's Default_Ignorable_Code_Point outside the category Format, and the blank pattern of Braille.</summary>
    private static bool IsIgnorable(int value) => value is
        0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x180B or 0x180C or 0x180D or 0x180F or 0x2065 or 0x2800 or 0x3164 or 0xFFA0
        or (>= 0xFE00 and <= 0xFE0F) or (>= 0xFFF0 and <= 0xFFF8) or (>= 0xE0000 and <= 0xE0FFF);
}
