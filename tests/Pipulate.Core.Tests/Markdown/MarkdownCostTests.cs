using System.Diagnostics;
using Pipulate.Conversations.Entries;
using Pipulate.Markdown;

namespace Pipulate.Tests.Markdown;

/// <summary>What markdown costs: little for what models write, and never much for what a nasty one does.</summary>
[Collection(MeasuredAlone.Name)]
public class MarkdownCostTests(ITestOutputHelper output)
{
    private static readonly string[] Pieces =
    [
        "[", "]", "![", "[](", "[a](", "[[]", "[]\"'", "> ", ">", "- ", "1. ", "*", "*a ", "a**b", "_x* ", "*a_", "~~a ", "`", "` ``", "<",
        "<http:", "&#1", "\\", "|", "|a\n|-\n", "|*a",
        "http://a", "http://a.b/ ", "a\n", "# a\n", "- a\n", "[a]: b\n", "[a][b]", "a\n=\n", "```\n", "```\nx", "~~~", "\t", " ", "\n", "x",
        "> - ", "> a\n>> b\n", "*[a*](b)",
        "$a ", "$a$ ", "$$", "$$\n", "\\(", "\\(a\\)", "\\[", "\\[\n", "[^a", "[^a]: ", "[^a]: b\n", "[^a]", "a@a.", "a@", "<br", "<br>",
        "www.", "http://a.(", "見https://a.b。", "**。",
        "|-|\n|a\n", "a\n|a|\n|-|\n", "- [ ] ", "> [!A]\n",
    ];

    /// <summary>Goal: 60 ms. What is asserted has room for a busy machine.</summary>
    [Fact]
    public void Stream_FiveThousandWordsTokenByToken_CostsLittle()
    {
        var answer = string.Concat(Enumerable.Range(1, 1_000).SelectMany(_ => MarkdownCorpus.Answer).Take(31_000));
        var words = answer.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Length;
        var tokens = answer.Chunk(4).Select(piece => new string(piece)).ToArray();
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 10; i++)
        {
            var began = Stopwatch.GetTimestamp();
            Write(tokens);
            var took = Stopwatch.GetElapsedTime(began);
            best = took < best ? took : best;
        }

        output.WriteLine($"{words} words in {tokens.Length} tokens: {best.TotalMilliseconds:0.0} ms (goal: 60 ms).");
        Assert.InRange(words, 4_500, 6_000);
        Assert.True(best < TimeSpan.FromMilliseconds(300), $"It took {best.TotalMilliseconds:0} ms.");
    }

    [Fact]
    [Trait("Category", Exhaustive.Category)]
    public void Stream_NastyText_IsDoneInTime()
    {
        // A cost that grows with the square of the length shows in a tenth of it as well, only later.
        var length = Exhaustive.Count(full: MarkdownHtml.LongestText, quick: MarkdownHtml.LongestText / 10);
        var run = Exhaustive.Count(full: 1_000_000, quick: 100_000);
        (string Name, string Text)[] all =
        [
            .. Pieces.Select(piece => (piece, string.Concat(Enumerable.Repeat(piece, length / piece.Length)))),
            .. Pieces.Select(piece => ($"{run} times {piece[^1]}", piece + new string(piece[^1], run))),
            ("wide tables", string.Concat(Enumerable.Repeat(string.Concat(Enumerable.Repeat("|a", 300))
                + "\n"
                + string.Concat(Enumerable.Repeat("|-", 300))
                + "\n"
                + string.Concat(Enumerable.Repeat("|\n", 1_000))
                + "\n", 30))),
            ("backtick ladders", string.Concat(Enumerable.Range(1, 500).Select(length => new string('`', length) + " "))),
            ("a staircase", string.Concat(Enumerable.Range(0, 400).Select(depth => new string(' ', 2 * depth) + "- a\n"))),
        ];
        foreach (var (name, text) in all)
        {
            var began = Stopwatch.GetTimestamp();
            Write([.. text.Chunk(64).Select(piece => new string(piece))]);
            var took = Stopwatch.GetElapsedTime(began);
            if (took > TimeSpan.FromMilliseconds(200))
            {
                output.WriteLine($"{name.ReplaceLineEndings("\\n")}: {took.TotalMilliseconds:0} ms");
            }

            Assert.True(took < TimeSpan.FromSeconds(10), $"{name} took {took.TotalSeconds:0.0} s.");
        }
    }

    private static void Write(string[] tokens)
    {
        var text = new EntryText();
        var markdown = new MarkdownText(text);
        foreach (var token in tokens)
        {
            text.Append(token);
            _ = markdown.Tail.Length;
        }

        text.Seal();
        _ = markdown.Whole.Length;
    }
}
