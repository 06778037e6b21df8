using System.Text.RegularExpressions;

namespace Pipulate.Docs.Sentences;

/// <summary>Reads what people read in a file: the comments and strings of a source, the text of a page without its code.</summary>
internal static partial class Prose
{
    /// <summary>
    /// Reads the comments of a source, each block of lines as one text, and its strings of several words: logs, errors, labels.
    /// </summary>
    public static IEnumerable<(int Line, string Text)> OfSource(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (Comment().Match(lines[i]) is { Success: true } first)
            {
                var from = i;
                var block = new List<string> { first.Groups["text"].Value };
                while (i + 1 < lines.Length && Comment().Match(lines[i + 1]) is { Success: true } next)
                {
                    block.Add(next.Groups["text"].Value);
                    i++;
                }

                yield return (from + 1, string.Join('\n', block));
                continue;
            }

            if (TrailingComment().Match(lines[i]) is { Success: true } trailing)
            {
                yield return (i + 1, trailing.Groups["text"].Value);
            }

            var literals = Literal().Matches(lines[i]).Select(one => one.Groups["text"].Value);
            foreach (var text in literals.Where(text => text.Contains(' ', StringComparison.Ordinal)))
            {
                yield return (i + 1, text);
            }
        }
    }

    /// <summary>Reads the paragraphs, headings and rows of a page, without its code and the rows that repeat sources.</summary>
    public static IEnumerable<(int Line, string Text)> OfPage(string[] lines)
    {
        var paragraph = new List<string>();
        var fenced = false;
        for (var i = 0; i <= lines.Length; i++)
        {
            var line = i < lines.Length ? lines[i] : "";
            var fence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            if (paragraph.Count > 0 && (fence || line.Length == 0 || line[0] is '|' or '#' or '*' or '-'))
            {
                yield return (i - paragraph.Count + 1, InlineCode().Replace(string.Join('\n', paragraph), "`…`"));
                paragraph.Clear();
            }

            fenced ^= fence;
            if (!fence && !fenced && line.Length > 0 && !CopiedRow().IsMatch(line))
            {
                paragraph.Add(line);
            }
        }
    }

    /// <summary>Reads the summaries of a source: the line and the first word.</summary>
    public static IEnumerable<(int Line, string FirstWord)> SummariesOf(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (Summary().Match(lines[i]) is not { Success: true } found)
            {
                continue;
            }

            var text = found.Groups["text"].Value;
            if (text.Length == 0 && i + 1 < lines.Length)
            {
                text = Comment().Match(lines[i + 1]).Groups["text"].Value;
            }

            if (!text.StartsWith("<inheritdoc", StringComparison.Ordinal))
            {
                yield return (i + 1, text.Split(' ', 2)[0]);
            }
        }
    }

    [GeneratedRegex(@"^\s*///?(?!/) ?(?<text>.*)$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\s*[^\s/].*[;{}),]\s*// (?<text>.*)$")]
    private static partial Regex TrailingComment();

    [GeneratedRegex("\"(?<text>(?:[^\"\\\\]|\\\\.)+)\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"^\s*/// <summary>(?<text>.*)$")]
    private static partial Regex Summary();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();

    /// <summary>
    /// Matches rows with the words of the sources: logs, metrics, the keys of docs/look.md and the types of docs/packages.md.
    /// </summary>
    [GeneratedRegex(@"^\| `(?:Pipulate\.|pipulate\.|gen_ai\.|[A-Z]\w+` \| [^|]*\|$)")]
    private static partial Regex CopiedRow();
}
