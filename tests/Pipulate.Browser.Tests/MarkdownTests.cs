using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>Markdown in the page itself: whole at any moment, the same however it came, and its code can be copied.</summary>
public sealed class MarkdownTests(Chromium chromium, ITestOutputHelper output)
{
    [Theory, OnBothVersions]
    [Trait("Category", Exhaustive.Category)]
    public async Task Stream_InEveryChunking_IsNeverBrokenAndEndsAsIfItHadComeAtOnce(HtmxVersion version)
    {
        // Nothing in it looks like a tag, so that a tag in the text of the page is a broken one.
        var text = MarkdownCorpus.Answer;
        Assert.DoesNotContain('<', text);
        var lengths = Exhaustive.Cases([.. Enumerable.Range(1, 16)], quick: 4);
        await using var site = await StartAsync(
            chromium, version, settings: ["--Pipulate:Limits:MessagesPerMinute=100000", "--Pipulate:Limits:MessageBurst=1000"]);
        var page = await site.OpenAsync();
        site.Ollama.Answer = _ => FakeAnswer.Tokens(text);
        await page.SayAsync("at once");
        var atOnce = await RenderedAsync(1);
        Assert.Contains("<pre data-language=\"bash\">", atOnce, StringComparison.Ordinal);

        await page.Page.EvaluateAsync($$"""
            () => {
              const list = document.getElementById('msg-list'), kinds = {{EntryElements.Kinds}};
              window.seen = new Set(); window.looks = 0; window.broken = [];
              new MutationObserver(() => {
                window.looks++;
                kinds(list).forEach(kind => window.seen.add(kind));
                if (list.textContent.includes('<')) window.broken.push(list.textContent);
              }).observe(list, { subtree: true, childList: true, characterData: true });
            }
            """);
        foreach (var (number, length) in lengths.Index())
        {
            string[] pieces = [.. text.Chunk(length).Select(piece => new string(piece))];
            site.Ollama.Answer = _ => FakeAnswer.Tokens(pieces) with { TokensPerSecond = 1_000d / length };
            await page.SayAsync($"by {length}");
            Assert.Equal(atOnce, await RenderedAsync(number + 2));
        }

        Assert.Empty(await page.Page.EvaluateAsync<string[]>("window.broken"));
        var seen = await page.Page.EvaluateAsync<string[]>("[...window.seen]");
        EntryElements.AssertAllowed(seen);
        Assert.Contains(seen, kind => kind.StartsWith("div class=chat-blocks", StringComparison.Ordinal));
        output.WriteLine($"{version}: looked at {await page.Page.EvaluateAsync<int>("window.looks")} states of the list.");

        // And as a page gets it that comes later: with the page, and by the snapshot.
        await page.Page.ReloadAsync();
        await page.ConnectedAsync();
        var answers = lengths.Count + 1;
        for (var answer = 1; answer <= answers; answer++)
        {
            Assert.Equal(atOnce, await RenderedAsync(answer, outOf: answers));
        }

        Assert.Empty(page.Complaints);

        async Task<string> RenderedAsync(int answer, int? outOf = null)
        {
            await Expect(page.Answers()).ToHaveCountAsync(outOf ?? answer);
            return await TodoPage.TextOf(page.Answers().Nth(answer - 1)).EvaluateAsync<string>("element => element.innerHTML");
        }
    }

    [Theory, OnBothVersions]
    public async Task Code_ItsButton_CopiesItAndNothingElse(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("Look:\n\n```js\na < b\n\n  c\n```\n\nand `this`.");
        var visitor = await site.NewVisitorAsync();
        using var clipboard = await chromium.TakeClipboardAsync();
        await visitor.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var page = await site.OpenAsync(visitor);
        await page.SayAsync("hello");
        await page.AnswerAsync();

        var code = page.Page.Locator("pre > .chat-copy");
        Assert.True((await code.BoundingBoxAsync())!.Width > 50, "The label is not shown.");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Copy code", Exact = true }).ClickAsync();
        await Expect(code).ToHaveTextAsync("Copied");
        await Expect(page.Announcer).ToHaveTextAsync("Copied");
        Assert.Equal("a < b\n\n  c", await ClipboardAsync());

        var whole = page.Page.Locator(".chat-actions [data-chat-copy]");
        await whole.ClickAsync();
        await Expect(whole).ToHaveTextAsync("Copied");
        Assert.Equal("Look:\n\n```js\na < b\n\n  c\n```\n\nand `this`.", await ClipboardAsync());

        Task<string> ClipboardAsync() => page.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
    }

    [Theory, OnBothVersions]
    public async Task Markdown_SwitchedOff_IsTextToTheLetter(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version, settings: ["--Pipulate:Markdown=false"]);
        site.Ollama.Answer = _ => FakeAnswer.Text("# a\n\n  **b** &amp; <b>c</b>\n\n");
        var page = await site.OpenAsync();
        await page.SayAsync("hello");

        Assert.Equal("# a\n\n  **b** &amp; <b>c</b>\n\n", await page.AnswerAsync());
        Assert.Equal(0, await page.Answers().Locator(".chat-text *").CountAsync());
    }
}
