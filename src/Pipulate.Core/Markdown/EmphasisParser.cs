using System.Globalization;
using System.Text;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Parsers.Inlines;
using Markdig.Syntax.Inlines;

namespace Pipulate.Markdown;

/// <summary>
/// Finds emphasis also where words are not parted by spaces. CommonMark wants a space or punctuation behind a <c>**</c> that follows
/// punctuation, which many scripts do not have there. Markdig's rules for CJK cover Chinese, Japanese and Korean; these add the other
/// scripts, <c>_</c>, emoji, and characters that cannot be seen. Latin, Greek and Cyrillic follow CommonMark.
/// </summary>
internal sealed class EmphasisParser : EmphasisInlineParser
{
    public EmphasisParser()
    {
        CjkFriendlyEmphasis = true;
        EmphasisDescriptors.Add(new EmphasisDescriptor('~', 2, 2, true));
    }

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var start = slice.Start;
        if (!base.Match(processor, ref slice))
        {
            return false;
        }

        if (processor.Inline is EmphasisDelimiterInline delimiter && delimiter.Type is DelimiterType.Open or DelimiterType.Close)
        {
            var text = slice.Text.AsSpan();
            Rune.DecodeLastFromUtf16(text[..start], out var before, out _);
            Rune.DecodeFromUtf16(slice.AsSpan(), out var after, out _);
            var (inner, outer) = delimiter.Type is DelimiterType.Open ? (before, after) : (after, before);
            if (start > 0 && !slice.IsEmpty && MayAlsoClose(inner, outer))
            {
                delimiter.Type = DelimiterType.Open | DelimiterType.Close;
            }
        }

        return true;
    }

    /// <summary>Decides whether a delimiter that can only open can close as well; seen from the other side, the other way round.</summary>
    /// <param name="inner">What is on the side of the emphasised text.</param>
    /// <param name="outer">What is on the other side.</param>
    private static bool MayAlsoClose(Rune inner, Rune outer)
    {
        if (Rune.IsWhiteSpace(inner))
        {
            return false;
        }

        return IsUnseen(outer)
            || (IsEmoji(inner) && Rune.IsLetter(outer))
            || ((Rune.IsPunctuation(inner) || Rune.IsSymbol(inner)) && IsOfScriptWithoutSpaces(outer));
    }

    private static bool IsUnseen(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format;

    private static bool IsEmoji(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherSymbol;

    /// <summary>Matches scripts from Hebrew on: they have no spaces, or write particles and prefixes together with the word.</summary>
    private static bool IsOfScriptWithoutSpaces(Rune rune) =>
        rune.Value is >= 0x0590 and not (>= 0x1E00 and <= 0x1FFF) && (Rune.IsLetter(rune) || IsMark(rune));

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
