using Markdig.Helpers;
using Markdig.Parsers;

namespace Pipulate.Markdown;

/// <summary>Finds the marks of footnotes that the text has; <c>[^a-z]</c> without one is a text like any other.</summary>
internal sealed class FootnoteMarkParser : InlineParser
{
    public FootnoteMarkParser() => OpeningCharacters = ['['];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        if (FootnoteBlockParser.Label(slice.AsSpan()) is not { } label || !FootnoteBlockParser.IsDefined(processor.Document, label))
        {
            return false;
        }

        processor.Inline = new FootnoteMarkInline(label) { IsClosed = true };
        slice.Start += label.Length + 3;
        return true;
    }
}
