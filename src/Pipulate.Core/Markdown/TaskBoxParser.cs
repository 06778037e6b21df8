using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Pipulate.Markdown;

/// <summary>
/// Shows the <c>[ ]</c> or <c>[x]</c> that the item of a list begins with as a box. It is a character, as nothing in an answer can be
/// ticked.
/// </summary>
internal sealed class TaskBoxParser : InlineParser
{
    public TaskBoxParser() => OpeningCharacters = ['['];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        var text = slice.AsSpan();
        if (processor.Block is not ParagraphBlock { Parent: ListItemBlock item, Inline.FirstChild: null } paragraph || item[0] != paragraph
            || text.Length < 4 || text[1] is not (' ' or 'x' or 'X') || text[2] != ']' || text[3] is not (' ' or '\t'))
        {
            return false;
        }

        processor.Inline = new LiteralInline(text[1] == ' ' ? "\u2610" : "\u2611");
        slice.Start += 3;
        return true;
    }
}
