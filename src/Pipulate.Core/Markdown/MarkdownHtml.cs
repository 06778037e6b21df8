using System.Buffers;
using Markdig;
using Markdig.Parsers;
using Markdig.Parsers.Inlines;
using Markdig.Syntax;

namespace Pipulate.Markdown;

/// <summary>
/// Renders Markdown as HTML that is safe in a page, whatever the text is (docs/markdown.md). What cannot be rendered, or not in good
/// time, is shown as the text that it is. Thread-safe.
/// </summary>
internal static class MarkdownHtml
{
    /// <summary>A longer text is no answer that anybody reads.</summary>
    public const int LongestText = 128 * 1024;

    /// <summary>The time for links, emphasis and tables grows with the square of a paragraph's length, so a longer one is text.</summary>
    public const int LongestParagraph = 4 * 1024;

    /// <summary>
    /// Stands in the HTML for the label of the button that copies code, which each panel has in its own language. Encoded text has no such
    /// byte.
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
                // Nested too deeply, blown up too far, or something that nobody thought of: the text is worth more than its form.
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
