using System.Buffers;
using Markdig;
using Markdig.Parsers;
using Markdig.Parsers.Inlines;
using Markdig.Syntax;

namespace Pipulate.Markdown;

/// <summary>
/// Renders Markdown as HTML that is safe in a page, whatever the text is (docs/markdown.md). What cannot be rendered, or would take
/// too long, is shown as plain text. Thread-safe.
/// </summary>
internal static class MarkdownHtml
{
    /// <summary>Caps the length of a text that is rendered; a longer one is shown as plain text.</summary>
    public const int LongestText = 128 * 1024;

    /// <summary>Caps a paragraph that is parsed, because links, emphasis and tables take time that grows with its square.</summary>
    public const int LongestParagraph = 4 * 1024;

    /// <summary>
    /// Marks where the label of the button that copies code belongs, because each panel has it in its own language. Encoded text does not
    /// contain this byte.
    /// </summary>
    public const byte CopyLabel = 0x01;

    private const int DeepestNesting = 32;

    private static readonly MarkdownPipeline Pipeline = CreatePipeline();

    public static ReadOnlyMemory<byte> Render(string text)
    {
        if (text.Length <= LongestText)
        {
            try
            {
                var rendered = new ArrayBufferWriter<byte>(2 * text.Length + 16);
                new MarkdownWriter(rendered, text.Length).Write(MarkdownParser.Parse(text, Pipeline));
                return rendered.WrittenMemory;
            }
            catch (Exception)
            {
                // Nested too deeply, grown too much, or an error of the parser: plain text is better than no answer.
            }
        }

        var html = new ArrayBufferWriter<byte>(text.Length + 16);
        html.Write("<p>"u8);
        HtmlText.Write(html, text);
        html.Write("</p>"u8);
        return html.WrittenMemory;
    }

    private static MarkdownPipeline CreatePipeline()
    {
        var builder = new MarkdownPipelineBuilder { MaximumNestingDepth = DeepestNesting }
            .DisableHtml()
            .UsePipeTables()
            .UseAlertBlocks();
        builder.BlockParsers.ReplaceOrAdd<ParagraphBlockParser>(new TextParagraphParser());
        builder.BlockParsers.InsertBefore<ListBlockParser>(new FormulaBlockParser());
        builder.BlockParsers.InsertBefore<ListBlockParser>(new FootnoteBlockParser());
        builder.InlineParsers.ReplaceOrAdd<EmphasisInlineParser>(new EmphasisParser());
        builder.InlineParsers.InsertBefore<EscapeInlineParser>(new FormulaInlineParser());
        builder.InlineParsers.InsertBefore<LinkInlineParser>(new FootnoteMarkParser());
        builder.InlineParsers.InsertBefore<LinkInlineParser>(new TaskBoxParser());
        builder.InlineParsers.InsertBefore<AutolinkInlineParser>(new LineBreakTagParser());
        builder.InlineParsers.Add(new BareLinkParser());
        foreach (var parser in builder.BlockParsers)
        {
            parser.Closed += (_, block) => LeaveIfLong(block);
        }

        return builder.Build();
    }

    /// <summary>Leaves a paragraph as text that would cost too much.</summary>
    public static void LeaveIfLong(Block block)
    {
        if (block is LeafBlock { ProcessInlines: true } leaf)
        {
            var (length, columns) = (0, 0);
            for (var i = 0; i < leaf.Lines.Count; i++)
            {
                var line = leaf.Lines.Lines[i].Slice.AsSpan();
                length += line.Length;
                columns = Math.Max(columns, line.Count('|'));
            }

            // A table's widest row makes cells in all others, so a few characters a row could be thousands of them.
            leaf.ProcessInlines = length <= LongestParagraph && columns * leaf.Lines.Count <= LongestParagraph;
        }
    }
}
