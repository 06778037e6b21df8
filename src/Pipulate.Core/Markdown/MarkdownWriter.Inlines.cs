using System.Buffers;
using Markdig.Syntax.Inlines;

namespace Pipulate.Markdown;

internal sealed partial class MarkdownWriter
{
    private void WriteInlines(ContainerInline inlines)
    {
        Enter();
        foreach (var inline in inlines)
        {
            Write(inline);
        }

        _depth--;
    }

    private void Write(Inline inline)
    {
        switch (inline)
        {
            case LiteralInline literal:
                WriteText(literal.Content);
                break;
            case HtmlEntityInline entity:
                WriteText(entity.Transcoded);
                break;
            case LineBreakInline:
                // A line break stays, although CommonMark would join the lines, because the reader saw it while the text grew.
                html.Write("\n"u8);
                break;
            case LineBreakTagInline tag when _inCell:
                html.Write("<br>"u8);
                break;
            case LineBreakTagInline tag:
                WriteText(tag.Source);
                break;
            case CodeInline code:
                html.Write("<code>"u8);
                WriteSource(code.ContentSpan);
                html.Write("</code>"u8);
                break;
            case FormulaInline formula:
                html.Write("<code class=\"chat-math\">"u8);
                WriteSource(formula.Source.AsSpan());
                html.Write("</code>"u8);
                break;
            case FootnoteMarkInline mark:
                WriteMark(mark.Label);
                break;
            case EmphasisInline { DelimiterChar: '~' } struck:
                html.Write("<del>"u8);
                WriteInlines(struck);
                html.Write("</del>"u8);
                break;
            case EmphasisInline { DelimiterCount: 2 } strong:
                html.Write("<strong>"u8);
                WriteInlines(strong);
                html.Write("</strong>"u8);
                break;
            case EmphasisInline emphasis:
                html.Write("<em>"u8);
                WriteInlines(emphasis);
                html.Write("</em>"u8);
                break;
            case LinkInline link:
                WriteLink(link);
                break;
            case AutolinkInline link:
                var opened = OpenLink(link.IsEmail ? "mailto:" + link.Url : link.Url);
                HtmlText.Write(html, link.Url);
                CloseLink(opened);
                break;
            case DelimiterInline delimiter:
                HtmlText.Write(html, delimiter.ToLiteral());
                WriteInlines(delimiter);
                break;
            default:
                throw new NotSupportedException($"There is no markup for {inline.GetType()}.");
        }
    }

    /// <summary>
    /// Writes a link, and for an image a link to it: the browser would request the image, and its address could carry data of the
    /// conversation to another server.
    /// </summary>
    private void WriteLink(LinkInline link)
    {
        var opened = OpenLink(link.Url);
        if (link is { IsImage: true, FirstChild: null })
        {
            html.Write("image"u8);
        }

        WriteInlines(link);
        CloseLink(opened);
    }

    /// <summary>Opens a link, unless the address is not safe or the link is inside another.</summary>
    private bool OpenLink(string? url)
    {
        Enter();
        _depth--;
        if (_inLink || SafeLink.Href(url) is not { } href)
        {
            return false;
        }

        html.Write("<a href=\""u8);
        HtmlText.Write(html, href);
        html.Write("\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">"u8);
        return _inLink = true;
    }

    private void CloseLink(bool opened)
    {
        if (opened)
        {
            html.Write("</a>"u8);
            _inLink = false;
        }
    }
}
