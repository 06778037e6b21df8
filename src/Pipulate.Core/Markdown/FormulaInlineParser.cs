using Markdig.Helpers;
using Markdig.Parsers;

namespace Pipulate.Markdown;

/// <summary>Keeps <c>$a_1$</c>, <c>$$a$$</c>, <c>\(a\)</c> and <c>\[a\]</c> from being read as emphasis and escapes.</summary>
internal sealed class FormulaInlineParser : InlineParser
{
    public FormulaInlineParser() => OpeningCharacters = ['$', '\\'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var length = Mathematics.Length(slice.AsSpan(), slice.PeekCharExtra(-1));
        if (length == 0 || (slice.AsSpan()[..length].Contains('|') && IsInRow(slice, length)))
        {
            return false;
        }

        var source = new StringSlice(slice.Text, slice.Start, slice.Start + length - 1);
        processor.Inline = new FormulaInline { Source = source, IsClosed = true };
        slice.Start += length;
        return true;
    }

    /// <summary>Decides whether the formula is in the row of a table, where a bar that is not escaped separates cells first.</summary>
    private static bool IsInRow(StringSlice slice, int length)
    {
        var line = slice.Text.AsSpan()[..slice.Start];
        line = line[(line.LastIndexOf('\n') + 1)..].TrimStart(" \t");
        return line.StartsWith('|') && slice.AsSpan()[..length].Count('|') != slice.AsSpan()[..length].Count("\\|");
    }
}
