using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Pipulate.Markdown;

/// <summary>Represents LaTeX in a paragraph: its source to the letter, with its delimiters.</summary>
internal sealed class FormulaInline : LeafInline
{
    public required StringSlice Source { get; init; }
}

/// <summary>Represents LaTeX that has lines of its own, with those of its delimiters.</summary>
internal sealed class FormulaBlock(BlockParser parser, string end) : LeafBlock(parser)
{
    public string End { get; } = end;
}

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

/// <summary>
/// Finds LaTeX between lines that are <c>$$</c> or <c>\[</c> and <c>\]</c>, in which <c>+ b</c> is no item of a list and <c>=</c> makes no
/// heading. A blank line, which LaTeX does not allow there, ends it too.
/// </summary>
internal sealed class FormulaBlockParser : BlockParser
{
    public FormulaBlockParser() => OpeningCharacters = ['$', '\\'];

    public override BlockState TryOpen(BlockProcessor processor)
    {
        if (processor.IsCodeIndent || Mathematics.EndOfBlock(processor.Line.AsSpan()) is not { } end)
        {
            return BlockState.None;
        }

        var span = new SourceSpan(processor.Start, processor.Line.End);
        processor.NewBlocks.Push(new FormulaBlock(this, end) { Column = processor.Column, Span = span });
        return BlockState.Continue;
    }

    public override BlockState TryContinue(BlockProcessor processor, Block block)
    {
        if (processor.IsBlankLine)
        {
            return BlockState.BreakDiscard;
        }

        block.UpdateSpanEnd(processor.Line.End);
        var ends = processor.Line.AsSpan().TrimEnd().EndsWith(((FormulaBlock)block).End, StringComparison.Ordinal);
        return ends ? BlockState.Break : BlockState.Continue;
    }
}
