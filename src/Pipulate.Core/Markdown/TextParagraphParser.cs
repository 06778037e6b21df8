using System.Buffers;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;

namespace Pipulate.Markdown;

/// <summary>
/// Keeps as text what CommonMark takes for the address of a link although a word stands there: of <c>[Alice]: Hello</c> nothing would be
/// seen. Parts a table from the lines right before and behind it, as GFM does; Markdig would make a text of them all.
/// </summary>
internal sealed class TextParagraphParser : ParagraphBlockParser
{
    private static readonly SearchValues<char> AddressCharacters = SearchValues.Create("/#:.<@");

    public override bool Close(BlockProcessor processor, Block block)
    {
        if (block is not ParagraphBlock { Lines.Count: > 0 } paragraph)
        {
            return base.Close(processor, block);
        }

        if (NamesAWord(paragraph.Lines))
        {
            Trim(paragraph);
        }
        else if (!base.Close(processor, block))
        {
            return false;
        }

        PartTables(paragraph);
        return true;
    }

    private static void Trim(ParagraphBlock paragraph)
    {
        ref var lines = ref paragraph.Lines;
        for (var i = 0; i < lines.Count; i++)
        {
            lines.Lines[i].Slice.TrimStart();
        }

        lines.Lines[lines.Count - 1].Slice.TrimEnd();
    }

    private static bool NamesAWord(StringLineGroup lines)
    {
        if (!Line(lines, 0).TrimStart().StartsWith('['))
        {
            return false;
        }

        for (var i = 0; i < lines.Count; i++)
        {
            var line = Line(lines, i).TrimStart();
            var label = line.StartsWith('[') ? line.IndexOf("]:", StringComparison.Ordinal) : -1;
            if (label > 0 && IsWord(line[(label + 2)..].Trim()))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsWord(ReadOnlySpan<char> target)
    {
        var end = target.IndexOfAny(" \t");
        target = (end < 0 ? target : target[..end]).TrimEnd(".:!?,;");
        return !target.IsEmpty && !target.ContainsAny(AddressCharacters);
    }

    /// <summary>Gives each table, and each run of lines around one, a paragraph of its own.</summary>
    private void PartTables(ParagraphBlock paragraph)
    {
        var lines = paragraph.Lines;
        var parts = new List<int>();
        for (var i = 1; i < lines.Count; i++)
        {
            if (!IsDelimiterRow(Line(lines, i)) || !Line(lines, i - 1).Contains('|'))
            {
                continue;
            }

            var end = i + 1;
            while (end < lines.Count && Line(lines, end).Contains('|'))
            {
                end++;
            }

            parts.Add(i - 1);
            parts.Add(end);
            i = end;
        }

        parts.RemoveAll(start => start == 0 || start >= lines.Count);
        if (parts.Count == 0)
        {
            return;
        }

        var place = paragraph.Parent!.IndexOf(paragraph);
        paragraph.Lines = Range(lines, 0, parts[0]);
        foreach (var (index, start) in parts.Index())
        {
            var part = new ParagraphBlock(this)
            {
                Lines = Range(lines, start, index + 1 < parts.Count ? parts[index + 1] : lines.Count),
                Line = lines.Lines[start].Line,
                Column = paragraph.Column,
                Span = paragraph.Span,
                IsOpen = false,
            };
            MarkdownHtml.LeaveIfLong(part);
            paragraph.Parent.Insert(++place, part);
        }
    }

    private static bool IsDelimiterRow(ReadOnlySpan<char> line) =>
        line.Contains('|') && line.Contains('-') && !line.ContainsAnyExcept("|-: \t");

    private static StringLineGroup Range(StringLineGroup lines, int start, int end)
    {
        var range = new StringLineGroup(end - start);
        for (var i = start; i < end; i++)
        {
            range.Add(lines.Lines[i]);
        }

        range.Lines[end - start - 1].Slice.TrimEnd();
        return range;
    }

    private static ReadOnlySpan<char> Line(StringLineGroup lines, int index) => lines.Lines[index].Slice.AsSpan();
}
