using System.Net;
using System.Text;
using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Pipulate.Conversations.Entries;
using Pipulate.Markdown;

namespace Pipulate.Tests.Markdown;

public class MarkdownHtmlTests
{
    private const string Rel = "rel=\"noopener noreferrer nofollow\" target=\"_blank\"";
    private const string Copy = "<button type=\"button\" class=\"chat-copy\" data-chat-copy aria-label=\"\u0001\"></button>";

    private static readonly string[] Elements =
        [
            "p", "blockquote", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "pre", "code", "em", "strong", "del", "sup",
            "hr", "br", "a", "button"
        ];

    private static readonly string[] Attributes = [
        "class", "start", "data-language", "data-align", "href", "rel", "target", "type", "data-chat-copy", "aria-label"
    ];

    public static TheoryData<string> Corpus { get; } = [.. MarkdownCorpus.All];

    [Theory]
    [InlineData("a\n\nb", "<p>a</p><p>b</p>")]
    [InlineData("a\nb", "<p>a\nb</p>")]
    [InlineData("a  \nb\\\nc", "<p>a\nb\nc</p>")]
    [InlineData("**a** *b* _c_ ~~d~~ `e`", "<p><strong>a</strong> <em>b</em> <em>c</em> <del>d</del> <code>e</code></p>")]
    [InlineData("# a\n### b", "<p class=\"chat-heading\">a</p><p class=\"chat-heading\">b</p>")]
    [InlineData("- a\n- b", "<ul><li>a</li><li>b</li></ul>")]
    [InlineData("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>")]
    [InlineData("3. a\n4. b", "<ol start=\"3\"><li>a</li><li>b</li></ol>")]
    [InlineData("> a", "<blockquote><p>a</p></blockquote>")]
    [InlineData("---", "<hr>")]
    [InlineData(
        "|a|b|\n|-|-|\n|c|d|", "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>c</td><td>d</td></tr></tbody></table>")]
    [InlineData("<b>a</b>", "<p>&lt;b&gt;a&lt;/b&gt;</p>")]
    [InlineData("&amp; &lt;", "<p>&amp; &lt;</p>")]
    [InlineData("a == b ^ c", "<p>a == b ^ c</p>")]
    public void Render_Markdown_IsItsElements(string text, string html) => Assert.Equal(html, Render(text));

    [Theory]
    [InlineData("```C#\na\n\n<b>\n```", "<pre data-language=\"c#\">" + Copy + "<code>a\n\n&lt;b&gt;</code></pre>")]
    [InlineData("```\na\n```", "<pre>" + Copy + "<code>a</code></pre>")]
    [InlineData("```a\"b\nx\n```", "<pre>" + Copy + "<code>x</code></pre>")]
    [InlineData("```c++ title=x\nx", "<pre data-language=\"c++\">" + Copy + "<code>x</code></pre>")]
    [InlineData("```abcdefghijklmnopqrstu\nx", "<pre>" + Copy + "<code>x</code></pre>")]
    [InlineData("    a\n    b", "<pre>" + Copy + "<code>a\nb</code></pre>")]
    public void Render_Code_HasAButtonAndPerhapsALanguage(string text, string html) => Assert.Equal(html, Render(text));

    [Theory]
    [InlineData("[a](https://b.c/d?e=f&g)", "<p><a href=\"https://b.c/d?e=f&amp;g\" " + Rel + ">a</a></p>")]
    [InlineData("[a](HTTP://B.c)", "<p><a href=\"http://b.c/\" " + Rel + ">a</a></p>")]
    [InlineData("[a](https://b\u00FC.c/\u00FC)", "<p><a href=\"https://xn--b-eha.c/%C3%BC\" " + Rel + ">a</a></p>")]
    [InlineData("[a](https://b\uFFFD.c/) [a](mailto:b@c\u00FC.d)", "<p>a a</p>")]
    [InlineData("[a](mailto:b@c.d)", "<p><a href=\"mailto:b@c.d\" " + Rel + ">a</a></p>")]
    [InlineData(
        "<b@c.d> https://e.f",
        "<p><a href=\"mailto:b@c.d\" " + Rel + ">b@c.d</a> <a href=\"https://e.f/\" " + Rel + ">https://e.f</a></p>")]
    [InlineData("[a][b]\n\n[b]: https://c.d 'title'", "<p><a href=\"https://c.d/\" " + Rel + ">a</a></p>")]
    [InlineData("[a](javascript:b) [a](/b) [a](b) [a](//b.c) [a](https:b) [a](ftp://b.c)", "<p>a a a a a a</p>")]
    [InlineData("![a](https://b.c)", "<p><a href=\"https://b.c/\" " + Rel + ">a</a></p>")]
    [InlineData("![](https://b.c) ![d](x.png)", "<p><a href=\"https://b.c/\" " + Rel + ">image</a> d</p>")]
    [InlineData("[![a](https://b.c)](https://d.e)", "<p><a href=\"https://d.e/\" " + Rel + ">a</a></p>")]
    public void Render_Link_LeadsToTheWebOrAMailboxOnly(string text, string html) => Assert.Equal(html, Render(text));

    [Theory, MemberData(nameof(Corpus))]
    public void Render_AnyText_HasOnlyWhatIsAllowed(string text) => AllowedHtml.AssertAnswer(Render(text));

    [Fact]
    [Trait("Row", "S-34")]
    public void Render_HostileText_HasOnlyWhatIsAllowed()
    {
        Assert.True(HostileTexts.All.Count >= 60);
        foreach (var text in HostileTexts.All)
        {
            foreach (var form in new[]
            {
                text,
                $"- {text}",
                $"> {text}",
                $"# {text}",
                $"[{text}]({text})",
                $"![{text}]({text})",
                $"<{text}>",
                $"```{text}\n{text}\n```",
                $"|{text}|\n|-|\n|{text}|",
                $"[{text}]: {text}\n\n[{text}]",
                $"`{text}`",
                $"**{text}**"
            })
            {
                AllowedHtml.AssertAnswer(Render(form));
            }
        }
    }

    [Fact]
    [Trait("Row", "S-36")]
    [Trait("Category", Exhaustive.Category)]
    public void Render_WhatNobodyForesaw_HasOnlyWhatIsAllowed()
    {
        var mutator = new Mutator(20260102, [.. HostileTexts.All, .. MarkdownCorpus.All]);
        var texts = Exhaustive.Count(full: 20_000, quick: 2_000);
        for (var i = 0; i < texts; i++)
        {
            // As it is kept: whole runes and no control characters.
            var text = new EntryText();
            text.Set(Encoding.UTF8.GetString(mutator.Next()));
            AllowedHtml.AssertAnswer(Render(text.ToString()));
        }
    }

    /// <summary>
    /// What a browser makes of it, written out, is made the same of once more: nothing hides in one reading and comes out in the next.
    /// </summary>
    [Fact]
    [Trait("Row", "S-36")]
    [Trait("Category", Exhaustive.Category)]
    public void Render_TenThousandTextsThatNobodyForesaw_AreReadAsTheyAreWritten()
    {
        var parser = new HtmlParser();
        var body = parser.ParseDocument("").Body!;
        var mutator = new Mutator(20260103, [.. HostileTexts.All, .. MarkdownCorpus.All]);
        string[] fixedTexts = [.. HostileTexts.All, .. MarkdownCorpus.All];
        var texts = Exhaustive.Count(full: 10_000, quick: fixedTexts.Length + 500);
        for (var i = 0; i < texts; i++)
        {
            var text = new EntryText();
            text.Set(i < fixedTexts.Length ? fixedTexts[i] : Encoding.UTF8.GetString(mutator.Next()));
            var html = Render(text.ToString()).Replace(((char)MarkdownHtml.CopyLabel).ToString(), "Copy code", StringComparison.Ordinal);

            var once = Read(html, out var elements);
            Assert.Equal(once, Read(once, out _));
            Assert.All(elements, element =>
            {
                Assert.Contains(element.LocalName, Elements);
                Assert.Equal("http://www.w3.org/1999/xhtml", element.NamespaceUri);
                Assert.All(element.Attributes, attribute => Assert.Contains(attribute.Name, Attributes));
            });
        }

        string Read(string html, out IReadOnlyList<IElement> elements)
        {
            var nodes = parser.ParseFragment(html, body);
            elements = [.. nodes.OfType<IElement>().SelectMany(element => element.QuerySelectorAll("*").Prepend(element))];
            return nodes.ToHtml();
        }
    }

    /// <summary>What is on the page is markdown no more: written out and rendered again it is the same text.</summary>
    [Fact]
    public void Render_HostileTextInCode_IsShownToTheLetter()
    {
        foreach (var text in HostileTexts.All)
        {
            var kept = new EntryText();
            kept.Set(text);
            var code = new HtmlParser().ParseDocument(Render($"``````\n{kept}\n``````")).QuerySelector("pre > code")!;
            Assert.Equal(kept.ToString(), code.TextContent);
        }
    }

    [Theory]
    [InlineData(">", 200)]
    [InlineData("1. ", 100)]
    [InlineData("- > ", 50)]
    [InlineData("[", 3_000)]
    public void Render_NestedTooDeeply_IsText(string piece, int times)
    {
        var text = string.Concat(Enumerable.Repeat(piece, times)) + "x";

        Assert.Equal($"<p>{text}</p>", WebUtility.HtmlDecode(Render(text)));
    }

    [Fact]
    public void Render_MarkupFarLongerThanTheText_IsText()
    {
        var bomb = "[a]: https://b.c/" + new string('d', 1_900) + "\n\n" + string.Concat(Enumerable.Repeat("[a] ", 1_000));

        Assert.StartsWith("<p>[a]: https:", Render(bomb), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_LongParagraph_IsTextAndItsNeighboursAreNot()
    {
        var paragraph = "**" + new string('x', MarkdownHtml.LongestParagraph) + "**";

        Assert.Equal($"<p><em>a</em></p><p>{paragraph}</p><p><em>b</em></p>", Render($"*a*\n\n{paragraph}\n\n*b*"));
    }

    [Fact]
    public void Render_TableThatIsMostlyMissing_IsText()
    {
        var table =
            $"{string.Concat(Enumerable.Repeat("|a", 300))}\n{string.Concat(Enumerable.Repeat("|-", 300))}\n{string.Concat(Enumerable.Repeat("|\n", 1_000))}";

        Assert.StartsWith("<p>|a|a|a", Render(table), StringComparison.Ordinal);
    }

    [Fact]
    public void Render_LongText_IsText()
    {
        var text = string.Concat(Enumerable.Repeat("*a*\n\n", (MarkdownHtml.LongestText / 5) + 1));

        Assert.Equal($"<p>{text}</p>", WebUtility.HtmlDecode(Render(text)));
    }

    private static string Render(string text) => Encoding.UTF8.GetString(MarkdownHtml.Render(text).Span);
}
