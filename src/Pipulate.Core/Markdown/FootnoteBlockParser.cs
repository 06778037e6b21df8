using System.Buffers;
using Markdig.Parsers;
using Markdig.Syntax;

namespace Pipulate.Markdown;

/// <summary>
/// Finds <c>[^1]: Source.</c> Markdig's own parser moves footnotes to the end, leaves out those without a mark, and needs ids in the page;
/// without a parser CommonMark takes them for addresses of links and shows nothing.
/// </summary>
internal sealed class FootnoteBlockParser : BlockParser
{
    private const int LongestLabel = 64;

    private static readonly object Labels = typeof(FootnoteBlock);

    private static readonly SearchValues<char> NotInLabels = SearchValues.Create(" \t\r\n[]`<");

    public FootnoteBlockParser() => OpeningCharacters = ['['];

    /// <summary>Gets the label of the mark that a text begins with; null if it begins with none.</summary>
    public static string? Label(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith("[^", StringComparison.Ordinal))
        {
            return null;
        }

        var rest = text[2..Math.Min(text.Length, LongestLabel + 3)];
        var end = rest.IndexOfAny(NotInLabels);
        return end > 0 && rest[end] == ']' ? rest[..end].ToString() : null;
    }

    public static bool IsDefined(MarkdownDocument document, string label) =>
        document.GetData(Labels) is HashSet<string> labels && labels.Contains(label);

    public override BlockState TryOpen(BlockProcessor processor)
    {
        if (processor.IsCodeIndent || Label(processor.Line.AsSpan()) is not { } label || processor.PeekChar(label.Length + 3) != ':')
        {
            return BlockState.None;
        }

        if (processor.Document.GetData(Labels) is not HashSet<string> labels)
        {
            processor.Document.SetData(Labels, labels = new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        }

        labels.Add(label);
        var span = new SourceSpan(processor.Start, processor.Line.End);
        processor.NewBlocks.Push(new FootnoteBlock(this, label) { Column = processor.Column, Span = span });
        processor.GoToColumn(processor.Column + label.Length + 4);
        return BlockState.Continue;
    }

    public override BlockState TryContinue(BlockProcessor processor, Block block)
    {
        if (processor.IsBlankLine)
        {
            return processor.CurrentBlock is null or { IsBreakable: true } ? BlockState.ContinueDiscard : BlockState.Continue;
        }

        if (!processor.IsCodeIndent)
        {
            return BlockState.None;
        }

        processor.GoToCodeIndent();
        block.UpdateSpanEnd(processor.Line.End);
        return BlockState.Continue;
    }
}
