using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Markdig.Extensions.Alerts;
using Markdig.Extensions.Tables;
using Markdig.Helpers;
using Markdig.Syntax;

namespace Pipulate.Markdown;

/// <summary>
/// Writes what the parser has found. All tags and attributes that an answer can have are written here; from the text come only encoded
/// text, the addresses of links, the language of code and the first number of a list. If a kind of block or inline is not known here, the
/// whole text is shown as plain text.
/// </summary>
/// <param name="html">The buffer to write to.</param>
/// <param name="textLength">How long the text was.</param>
internal sealed partial class MarkdownWriter(ArrayBufferWriter<byte> html, int textLength)
{
    /// <summary>Caps the nesting, far below what would overflow the stack.</summary>
    private const int Deepest = 64;

    private static readonly SearchValues<char> LanguageCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+#-");

    /// <summary>
    /// Caps the output: short references to one long address, or rows that a wide header fills up, would turn kilobytes into megabytes.
    /// </summary>
    private readonly int _most = 4_096 + (32 * textLength);
    private int _depth;
    private bool _inLink;
    private bool _inCell;

    public void Write(MarkdownDocument document) => WriteBlocks(document, tight: false);

    private void WriteBlocks(ContainerBlock blocks, bool tight)
    {
        Enter();
        foreach (var block in blocks)
        {
            Write(block, tight);
        }

        _depth--;
    }

    private void Write(Block block, bool tight)
    {
        switch (block)
        {
            case ParagraphBlock paragraph when tight:
                WriteLeaf(paragraph);
                break;
            case ParagraphBlock paragraph:
                html.Write("<p>"u8);
                WriteLeaf(paragraph);
                html.Write("</p>"u8);
                break;
            case HeadingBlock heading:
                // No heading of the page's own outline: that belongs to the application.
                html.Write("<p class=\"chat-heading\">"u8);
                WriteLeaf(heading);
                html.Write("</p>"u8);
                break;
            case CodeBlock code:
                WriteCode(code);
                break;
            case FormulaBlock formula:
                html.Write("<p><code class=\"chat-math\">"u8);
                WriteLines(formula);
                html.Write("</code></p>"u8);
                break;
            case FootnoteBlock footnote:
                WriteFootnote(footnote);
                break;
            case QuoteBlock quote:
                html.Write("<blockquote>"u8);
                if (quote is AlertBlock alert)
                {
                    html.Write("<p><strong>"u8);
                    WriteText(alert.Kind);
                    html.Write("</strong></p>"u8);
                }

                WriteBlocks(quote, tight: false);
                html.Write("</blockquote>"u8);
                break;
            case ListBlock list:
                WriteList(list);
                break;
            case Table table:
                WriteTable(table);
                break;
            case ThematicBreakBlock:
                html.Write("<hr>"u8);
                break;
            case LinkReferenceDefinitionGroup or BlankLineBlock:
                break;
            default:
                throw new NotSupportedException($"There is no markup for {block.GetType()}.");
        }
    }

    private void WriteCode(CodeBlock code)
    {
        html.Write("<pre"u8);
        if (code is FencedCodeBlock { Info: { } info } && IsLanguage(info))
        {
            html.Write(" data-language=\""u8);
            Encoding.UTF8.GetBytes(info.ToLowerInvariant(), html);
            html.Write("\""u8);
        }

        // The style shows the label, so that it is no part of the text that is read out, selected or copied.
        html.Write("><button type=\"button\" class=\"chat-copy\" data-chat-copy aria-label=\""u8);
        html.Write([MarkdownHtml.CopyLabel]);
        html.Write("\"></button><code>"u8);
        WriteLines(code);
        html.Write("</code></pre>"u8);
    }

    private void WriteList(ListBlock list)
    {
        html.Write(list.IsOrdered ? "<ol"u8 : "<ul"u8);
        if (list.IsOrdered && int.TryParse(list.OrderedStart, NumberStyles.None, CultureInfo.InvariantCulture, out var start) && start != 1)
        {
            html.Write(" start=\""u8);
            Utf8Formatter.TryFormat(start, html.GetSpan(10), out var written);
            html.Advance(written);
            html.Write("\""u8);
        }

        html.Write(">"u8);
        foreach (var item in list)
        {
            html.Write("<li>"u8);
            WriteBlocks((ListItemBlock)item, tight: !list.IsLoose);
            html.Write("</li>"u8);
        }

        html.Write(list.IsOrdered ? "</ol>"u8 : "</ul>"u8);
    }

    private void WriteTable(Table table)
    {
        var header = table.TakeWhile(row => ((TableRow)row).IsHeader).Count();
        html.Write("<table>"u8);
        if (header > 0)
        {
            html.Write("<thead>"u8);
            WriteRows(table, table.Take(header), "<th"u8, "</th>"u8);
            html.Write("</thead>"u8);
        }

        if (header < table.Count)
        {
            html.Write("<tbody>"u8);
            WriteRows(table, table.Skip(header), "<td"u8, "</td>"u8);
            html.Write("</tbody>"u8);
        }

        html.Write("</table>"u8);
    }

    private void WriteRows(Table table, IEnumerable<Block> rows, ReadOnlySpan<byte> open, ReadOnlySpan<byte> close)
    {
        foreach (var row in rows)
        {
            html.Write("<tr>"u8);
            foreach (var (column, cell) in ((TableRow)row).Index())
            {
                html.Write(open);
                html.Write(Alignment(table, column));
                _inCell = true;
                WriteBlocks((TableCell)cell, tight: true);
                _inCell = false;
                html.Write(close);
            }

            html.Write("</tr>"u8);
        }
    }

    private static ReadOnlySpan<byte> Alignment(Table table, int column) =>
        (column < table.ColumnDefinitions.Count ? table.ColumnDefinitions[column].Alignment : null) switch
        {
            TableColumnAlign.Left => " data-align=\"left\">"u8,
            TableColumnAlign.Center => " data-align=\"center\">"u8,
            TableColumnAlign.Right => " data-align=\"right\">"u8,
            _ => ">"u8,
        };

    /// <summary>
    /// Writes a footnote where it stands in the text, with its mark before it. Marks and notes are not linked: ids and the address of the
    /// page belong to the application.
    /// </summary>
    private void WriteFootnote(FootnoteBlock footnote)
    {
        var paragraph = footnote.Count > 0 ? footnote[0] as ParagraphBlock : null;
        html.Write("<p>"u8);
        WriteMark(footnote.Label);
        if (paragraph is not null)
        {
            html.Write(" "u8);
            WriteLeaf(paragraph);
        }

        html.Write("</p>"u8);
        Enter();
        foreach (var block in paragraph is null ? footnote : footnote.Skip(1))
        {
            Write(block, tight: false);
        }

        _depth--;
    }

    private void WriteMark(string label)
    {
        html.Write("<sup>"u8);
        HtmlText.Write(html, label);
        html.Write("</sup>"u8);
    }

    private void WriteLeaf(LeafBlock leaf)
    {
        if (leaf.Inline is { } inlines)
        {
            WriteInlines(inlines);
        }
        else
        {
            WriteLines(leaf);
        }
    }

    private void WriteLines(LeafBlock leaf)
    {
        for (var i = 0; i < leaf.Lines.Count; i++)
        {
            if (i > 0)
            {
                html.Write("\n"u8);
            }

            WriteText(leaf.Lines.Lines[i].Slice);
        }
    }

    /// <summary>Writes a source to the letter, but that in a cell a bar has to be escaped to be none between cells.</summary>
    private void WriteSource(ReadOnlySpan<char> source)
    {
        var escaped = _inCell && source.Contains("\\|", StringComparison.Ordinal);
        HtmlText.Write(html, escaped ? source.ToString().Replace("\\|", "|", StringComparison.Ordinal) : source);
    }

    private void WriteText(StringSlice text) => HtmlText.Write(html, text.AsSpan());

    private void Enter()
    {
        if (++_depth > Deepest || html.WrittenCount > _most)
        {
            throw new NotSupportedException("The text is nested too deeply, or its markup would be far longer than itself.");
        }
    }

    private static bool IsLanguage(string info) => info.Length is > 0 and <= 20 && !info.AsSpan().ContainsAnyExcept(LanguageCharacters);
}
