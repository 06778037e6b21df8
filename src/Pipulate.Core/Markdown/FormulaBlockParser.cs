using Markdig.Parsers;
using Markdig.Syntax;

namespace Pipulate.Markdown;

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
