using Markdig.Helpers;
using Markdig.Parsers;

namespace Pipulate.Markdown;

/// <summary>
/// Finds <c>&lt;br&gt;</c>, <c>&lt;br/&gt;</c> and <c>&lt;br /&gt;</c>, the one tag that a text can have. Cells are parted later, so
/// <see cref="MarkdownWriter"/> decides by the place where it stands.
/// </summary>
internal sealed class LineBreakTagParser : InlineParser
{
    public LineBreakTagParser() => OpeningCharacters = ['<'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var text = slice.AsSpan();
        if (!text.StartsWith("<br", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = text[3..].TrimStart(' ');
        rest = rest.StartsWith('/') ? rest[1..] : rest;
        if (!rest.StartsWith('>'))
        {
            return false;
        }

        // A space at the beginning of a line would be seen.
        var length = text.Length - rest[1..].TrimStart(' ').Length;
        var source = new StringSlice(slice.Text, slice.Start, slice.Start + length - 1);
        processor.Inline = new LineBreakTagInline { Source = source, IsClosed = true };
        slice.Start += length;
        return true;
    }
}
