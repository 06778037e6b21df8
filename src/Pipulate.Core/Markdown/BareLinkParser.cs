using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax.Inlines;

namespace Pipulate.Markdown;

/// <summary>
/// Links the addresses and mailboxes that stand in running text. Markdig's own parser takes a full-width full stop, and all that follows
/// it, for a part of the address, and links nothing behind a full-width bracket.
/// </summary>
internal sealed class BareLinkParser : InlineParser
{
    public BareLinkParser() => OpeningCharacters = ['h', 'H', 'w', 'W', '@'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice) =>
        slice.CurrentChar == '@' ? MatchMailbox(processor, ref slice) : MatchAddress(processor, ref slice);

    private static bool MatchAddress(InlineProcessor processor, ref StringSlice slice)
    {
        var text = slice.AsSpan();
        var before = slice.PeekCharExtra(-1);
        var isPrefixed = text[0] is 'w' or 'W';
        var scheme = isPrefixed ? Prefix(text, "www.") : Math.Max(Prefix(text, "https://"), Prefix(text, "http://"));
        if (scheme == 0 || char.IsAsciiLetterOrDigit(before) || (isPrefixed && before is '/' or '.' or '-' or '@' or '='))
        {
            return false;
        }

        var length = BareLink.Length(text, scheme, before, IsInEmphasis(processor));
        var address = Unescape(text[..length]);
        var url = isPrefixed ? "http://" + address : address;
        if (length == 0 || SafeLink.Href(url) is null)
        {
            return false;
        }

        processor.Inline = Link(url, new StringSlice(address));
        slice.Start += length;
        return true;
    }

    /// <summary>Matches a mailbox at its <c>@</c>: the part before it is already in the text, and is removed from there.</summary>
    private static bool MatchMailbox(InlineProcessor processor, ref StringSlice slice)
    {
        if (processor.Inline is not LiteralInline literal || literal.Content.Text != slice.Text || literal.Content.End + 1 != slice.Start)
        {
            return false;
        }

        var local = Mailbox.LocalLength(literal.Content.AsSpan());
        var domain = Mailbox.DomainLength(slice.AsSpan()[1..]);
        if (local == 0 || domain == 0)
        {
            return false;
        }

        var mailbox = new StringSlice(slice.Text, slice.Start - local, slice.Start + domain);
        literal.Content.End -= local;
        if (literal.Content.IsEmpty)
        {
            literal.Remove();
        }

        processor.Inline = Link("mailto:" + mailbox, mailbox);
        slice.Start += 1 + domain;
        return true;
    }

    private static LinkInline Link(string url, StringSlice text)
    {
        var link = new LinkInline { Url = url, IsAutoLink = true, IsClosed = true };
        link.AppendChild(new LiteralInline { Content = text, IsClosed = true });
        return link;
    }

    private static int Prefix(ReadOnlySpan<char> text, string prefix) =>
        text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? prefix.Length : 0;

    private static string Unescape(ReadOnlySpan<char> address) =>
        address.ToString().Replace("\\", "", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal);

    private static bool IsInEmphasis(InlineProcessor processor)
    {
        for (Inline? inline = processor.Inline; inline is not null; inline = inline.Parent)
        {
            if (inline is EmphasisDelimiterInline { DelimiterChar: '*' })
            {
                return true;
            }
        }

        return false;
    }
}
