using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;
using Pipulate.Markdown;
using Pipulate.Rendering;

namespace Pipulate.Tests.Rendering;

/// <summary>
/// Markdown that comes in pieces: what a page shows on the way is whole, and what it shows at the end is what it had been shown at once.
/// </summary>
public partial class MarkdownStreamingTests
{
    private readonly Conversation _conversation = Markdown();
    private readonly PanelPage _page;

    public MarkdownStreamingTests() => _page = new PanelPage(_conversation, new PanelStatus());

    [Fact]
    [Trait("Category", Exhaustive.Category)]
    public void Write_CorpusInEveryChunking_EndsAsIfItHadComeAtOnce()
    {
        var lengths = Exhaustive.Cases([.. Enumerable.Range(1, 16)], quick: 3);
        Parallel.ForEach(
            MarkdownCorpus.All.Concat(HostileTexts.All),
            new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = TestContext.Current.CancellationToken },
            text =>
            {
                var atOnce = Markdown();
                atOnce.AddMessage(EntryRole.Assistant, text);
                var expected = ShownTo(atOnce).HtmlOf("e1t");
                foreach (var length in lengths)
                {
                    Assert.Equal(
                        expected, Stream(text, length, (EntryState[])[EntryState.Complete, EntryState.Stopped, EntryState.Failed]));
                }
            });
    }

    [Fact]
    public void Write_Words_AreTextAsBefore()
    {
        var entry = _conversation.BeginMessage();
        _page.Round();
        Assert.Equal("", _page.Dom.HtmlOf("e1t"));

        _conversation.Append(entry, "**Hel");
        Assert.Equal("<div id=\"e1t\" hx-swap-oob=\"beforeend\">**Hel</div>", _page.Round());
        _conversation.Append(entry, "lo**");
        Assert.Equal("<div id=\"e1t\" hx-swap-oob=\"beforeend\">lo**</div>", _page.Round());

        _conversation.End(entry, EntryState.Complete);
        _page.Round();
        Assert.Equal("<p><strong>Hello</strong></p>", _page.Dom.HtmlOf("e1t"));
    }

    [Fact]
    public void Write_FirstBlockThatEnds_MakesPlacesForBlocksAndTail()
    {
        var entry = _conversation.BeginMessage();
        _conversation.Append(entry, "*a*\n");
        _page.Round();
        _conversation.Append(entry, "\n*b");

        Assert.Equal(
            "<div id=\"e1t\" hx-swap-oob=\"innerHTML\"><div id=\"e1b\" class=\"chat-blocks\"><p><em>a</em></p></div><span id=\"e1u\">*b</span></div>",
            _page.Round());
        _conversation.Append(entry, "*");
        Assert.Equal("<div id=\"e1u\" hx-swap-oob=\"beforeend\">*</div>", _page.Round());
        _conversation.Append(entry, "\n\n");
        Assert.Equal(
            "<div id=\"e1b\" hx-swap-oob=\"beforeend\"><p><em>b</em></p></div><div id=\"e1u\" hx-swap-oob=\"innerHTML\"></div>",
            _page.Round());
        _conversation.Append(entry, "\n\n\n");
        Assert.Null(_page.Round());
        _conversation.Append(entry, "c");
        Assert.Equal("<div id=\"e1u\" hx-swap-oob=\"beforeend\">c</div>", _page.Round());
    }

    [Fact]
    public void Write_BlockThatShowsNothing_EndsTheTailOnly()
    {
        var entry = _conversation.BeginMessage();
        _conversation.Append(entry, "a\n\n[b]: https://c.d");
        _page.Round();
        _conversation.Append(entry, "\n\ne");

        Assert.Equal("<div id=\"e1u\" hx-swap-oob=\"innerHTML\">e</div>", _page.Round());
    }

    [Theory]
    [InlineData("a\n", false)]
    [InlineData("a\n\n", true)]
    [InlineData("a\n  \t\n", true)]
    [InlineData("# a\n", true)]
    [InlineData("a\n```js\n", true)]
    [InlineData("```\na\n\nb\n", false)]
    [InlineData("```\na\n```\n", true)]
    [InlineData("```\na\n``\n~~~\n    ```\n", false)]
    [InlineData("~~~~ `x`\na\n~~~\n", false)]
    [InlineData("``` `x`\na\n```\n", true)]
    [InlineData("- a\n", false)]
    [InlineData("- a\n- b", false)]
    [InlineData("- a\n- b\n", true)]
    [InlineData("- a\n\n  b\n", false)]
    [InlineData("- a\n  - b\n", false)]
    [InlineData("- a\n\nThis is another block", true)]
    [InlineData("- a\n\nThis is a", false)]
    [InlineData("10. a\n\n   b\n", true)]
    [InlineData("10. a\n\n    b\n", false)]
    [InlineData("a\n- b\n", true)]
    [InlineData("a\n2. b\n", false)]
    [InlineData("    a\n\n    b\n", false)]
    [InlineData("    a\nb\n", true)]
    [InlineData("> a\nb\n", false)]
    [InlineData("> a\n\n", true)]
    public void Tails_Text_BeginAnewWhenABlockHasEnded(string text, bool ended)
    {
        var entry = new EntryText();
        var markdown = new MarkdownText(entry);
        entry.Append(text);

        Assert.Equal(ended, markdown.Tails > 0);
    }

    /// <summary>
    /// So that nothing jumps when the whole takes the place of the blocks: they are the same, but that the items of a list come one by one.
    /// </summary>
    [Theory]
    [InlineData(
        "# Plan\n\nFirst, **install** it:\n\n```bash\ndotnet add\n\nx\n```\n\nThen\nthis:\n\n1. Call `a()`.\n2. Call `b()`.\n   - "
            + "now\n\n| a | b |\n|---|---|\n| c | d |\n\n> Note.\n\n---\n\nEnd.\n\n")]
    [InlineData("Here:\n- **a**: b\n- c\n\n      code\n\n* d\n\nEnd with [link](https://example.org).\n\n")]
    [InlineData("```\n# no\n- no\n\n1. no\n```\n# Yes\nText\n~~~\n```\n~~~\n")]
    public void Blocks_WholeMarkdown_AreWhatTheWholeWillBe(string text)
    {
        var entry = new EntryText();
        var markdown = new MarkdownText(entry);
        foreach (var character in text)
        {
            entry.Append([character]);
            _ = markdown.Tails;
        }

        Assert.Equal(0, markdown.Tail.Length);
        var blocks = Encoding.UTF8.GetString(markdown.Blocks);
        var whole = Encoding.UTF8.GetString(MarkdownHtml.Render(text).Span);
        Assert.Equal(OfOneList(whole), OfOneList(blocks));
    }

    [Fact]
    public void Write_UserAndNotice_AreTextAndNotMarkdown()
    {
        _conversation.AddUserMessage("**a**\n\n- b", null);
        _conversation.AddNotice("**c**", evenIfKnown: false);
        _page.Round();

        Assert.Equal("**a**\n\n- b", _page.Dom.HtmlOf("e1t"));
        Assert.Equal("**c**", _page.Dom.HtmlOf("e2t"));
    }

    [Fact]
    public void Write_WithoutMarkdown_IsText()
    {
        var conversation = new Conversation(new ConversationId("c"), new ManualTime());
        conversation.AddMessage(EntryRole.Assistant, "**a**\n\n- b");

        Assert.Equal("**a**\n\n- b", ShownTo(conversation).HtmlOf("e1t"));
    }

    [Fact]
    public void Write_MuchMarkdownAtOnce_BecomesAReplacement()
    {
        var entry = _conversation.BeginMessage();
        _conversation.Append(entry, "a\n\n");
        _page.Round();
        _conversation.Append(entry, string.Concat(Enumerable.Repeat("*b*\n\n", 3_000)));

        Assert.StartsWith("<div id=\"e1\" class=\"chat-entry\" ", _page.Round(), StringComparison.Ordinal);
        _conversation.Append(entry, "c");
        Assert.Equal("<div id=\"e1u\" hx-swap-oob=\"beforeend\">c</div>", _page.Round());
    }

    [Fact]
    public void Write_CodeInAPanelOfAnotherLanguage_HasTheLabelOfThatPanel()
    {
        var entry = _conversation.BeginMessage();
        _conversation.Append(entry, "```\n\u0001&#1;\n```\n&#1;\n\n");
        _page.Round();
        Assert.Equal("Copy code", _page.Dom.LabelOfCode("e1b"));

        _conversation.Texts = PanelTexts.For(CultureInfo.GetCultureInfo("de"));
        Assert.Equal("Code kopieren", ShownTo(_conversation, "Code kopieren").LabelOfCode("e1b"));
        _conversation.End(entry, EntryState.Complete);
        _page.Round();
        Assert.Equal("Code kopieren", _page.Dom.LabelOfCode("e1t"));

        // What a text has that looks like the place of the label stays text.
        Assert.Equal("&#1;\u0001", _page.Dom.TextOf("e1t"));
    }

    [Fact]
    public void Write_WhatWasSaidBeforeARestart_IsRenderedToo()
    {
        var before = new ConversationEntry(1, EntryRole.Assistant, EntryState.Stopped, default);
        before.Text.Set("**a**\n\n- b");
        _conversation.Restore([before], paused: false);
        _page.Round();

        Assert.Equal("<p><strong>a</strong></p><ul><li>b</li></ul>", _page.Dom.HtmlOf("e1t"));
    }

    [Fact]
    public void Write_AnswerThatIsGivenOnceMore_IsRenderedToo()
    {
        _conversation.AddUserMessage("a", null);
        _conversation.Append(_conversation.Turns.Begin()!.Entry, "*b*\n\n*c*");
        _conversation.Stop();
        _page.Round();
        Assert.Equal("<p><em>b</em></p><p><em>c</em></p>", _page.Dom.HtmlOf("e2t"));

        Assert.True(_conversation.Turns.Regenerate(_conversation.Log.LatestReply!.Id));
        var entry = _conversation.Turns.Begin()!.Entry;
        _conversation.Append(entry, "*d*\n\n*e*");
        _page.Round();
        Assert.Null(_page.Dom.HtmlOf("e2t"));
        Assert.Equal("<p><em>d</em></p>", _page.Dom.HtmlOf("e3b"));
        _conversation.End(entry, EntryState.Failed, "Why not.");
        _page.Round();
        Assert.Equal("<p><em>d</em></p><p><em>e</em></p>", _page.Dom.HtmlOf("e3t"));
    }

    /// <summary>A thousand pages make a thousand rounds for each token.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("# Title\n\nA paragraph.\n\n- ")]
    [InlineData("```js\n")]
    public void Write_RoundInWhichNoBlockEnds_LeavesNothingToCollect(string before)
    {
        var entry = _conversation.BeginMessage();
        _conversation.Append(entry, before);
        PanelCursor[] pages = [.. Enumerable.Range(0, 100).Select(_ => new PanelCursor(_conversation, new PanelStatus()))];
        var frame = new ArrayBufferWriter<byte>(64 * 1024);
        for (var i = 0; i < 100; i++)
        {
            Rounds();
        }

        // Now and then the buffers grow, which is paid once for all pages.
        var least = long.MaxValue;
        for (var i = 0; i < 100; i++)
        {
            least = Math.Min(least, Rounds());
        }

        Assert.Equal(0, least);

        long Rounds()
        {
            _conversation.Append(entry, "word ");
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            foreach (var page in pages)
            {
                frame.ResetWrittenCount();
                Assert.True(page.Write(frame));
            }

            return GC.GetAllocatedBytesForCurrentThread() - allocated;
        }
    }

    private static string OfOneList(string html) => BetweenItems().Replace(html, "");

    [GeneratedRegex("</ul><ul>|</ol><ol( start=\"[0-9]+\")?>|(?<=<li>)<p>|</p>(?=</li>|<pre>)")]
    private static partial Regex BetweenItems();

    private static Conversation Markdown() => new(new ConversationId("c"), new ManualTime(), markdown: true);

    private static PanelDom ShownTo(Conversation conversation, string label = "Copy code")
    {
        var page = new PanelPage(conversation, new PanelStatus());
        AllowedHtml.AssertMessage(page.Round()!, label);
        return page.Dom;
    }

    private static string? Stream(string text, int length, EntryState[] ends)
    {
        var conversation = Markdown();
        var page = new PanelPage(conversation, new PanelStatus());
        var entry = conversation.BeginMessage();
        AllowedHtml.AssertMessage(page.Round()!);
        foreach (var (index, piece) in text.Chunk(length).Index())
        {
            conversation.Append(entry, piece);
            if (page.Round() is { } message)
            {
                AllowedHtml.AssertMessage(message);
            }

            // Whoever comes now sees the same. (Looked at now and then, for it costs most of the time.)
            if ((index + length) % 23 == 0)
            {
                Assert.Equal(ShownTo(conversation).HtmlOf("msg-list"), page.Dom.HtmlOf("msg-list"));
            }
        }

        conversation.End(entry, ends[length % ends.Length]);
        AllowedHtml.AssertMessage(page.Round()!);
        Assert.Equal(ShownTo(conversation).HtmlOf("msg-list"), page.Dom.HtmlOf("msg-list"));
        return page.Dom.HtmlOf("e1t");
    }
}
