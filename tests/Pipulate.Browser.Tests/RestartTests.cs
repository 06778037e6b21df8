using System.Diagnostics;
using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>The server ends and comes back; the page stays open.</summary>
public sealed class RestartTests(Chromium chromium, ITestOutputHelper output)
{
    [Theory, OnBothVersions]
    [Trait("Row", "F-11")]
    public async Task Sigterm_WhileAnAnswerStreams_Closes1012AndThePageComesBackByItself(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var never = new TaskCompletionSource();
        site.Ollama.Answer = _ => FakeAnswer.Text("one two three") with { GateAfterFirst = never.Task };
        var page = await site.OpenAsync();
        await page.AddAsync("Buy milk");
        await Expect(TodoPage.TextOf(page.Answers("streaming"))).ToHaveTextAsync("one");

        var asked = Stopwatch.GetTimestamp();
        site.Sample.Terminate();
        await site.Sample.EndAsync();
        var took = Stopwatch.GetElapsedTime(asked);
        output.WriteLine($"{version}: ended {took.TotalMilliseconds:0} ms after SIGTERM.");
        Assert.True(took < TimeSpan.FromSeconds(5), $"The process took {took}.");
        Assert.Equal(0, site.Sample.ExitCode);
        await page.Page.WaitForFunctionAsync("window.closings.includes(1012)");
        await Expect(page.Panel).Not.ToHaveAttributeAsync("data-connection", "open");
        await Expect(page.Answers("stopped").Locator(".chat-reason")).ToContainTextAsync("restarting");

        // Without a reload: the old page's socket, form and tokens serve on.
        site.Ollama.Answer = _ => FakeAnswer.Text("back again");
        await site.StartSampleAsync();
        await page.ConnectedAsync();
        await page.AddAsync("Buy eggs");
        Assert.Equal("back again", await page.AnswerAsync());
        await Expect(page.Todos.Locator(".title")).ToHaveTextAsync(["Buy milk", "Buy eggs"]);
        await page.SayAsync("Are you there?");
        Assert.Equal("back again", await page.AnswerAsync(2));
    }

    [Theory, OnBothVersions]
    [Trait("Row", "F-13")]
    public async Task Kill_WhereNothingIsKept_BringsThePageBackByItselfToAnEmptyConversationThatWorks(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var never = new TaskCompletionSource();
        site.Ollama.Answer = _ => FakeAnswer.Text("one two three") with { GateAfterFirst = never.Task };
        var page = await site.OpenAsync();
        await page.SayAsync("Count.");
        await Expect(TodoPage.TextOf(page.Answers("streaming"))).ToHaveTextAsync("one");

        await site.Sample.KillAsync();
        await page.Page.WaitForFunctionAsync("window.closings.includes(1006)");
        await Expect(page.Panel).Not.ToHaveAttributeAsync("data-connection", "open");
        site.ForgetConversations();
        await site.StartSampleAsync();
        await page.ConnectedAsync();

        // Nothing of it is left as if it went on.
        await Expect(page.Entries).ToHaveCountAsync(0);
        site.Ollama.Answer = _ => FakeAnswer.Text("back again");
        await page.SayAsync("Are you there?");
        Assert.Equal("back again", await page.AnswerAsync());
        Assert.Equal(["user: Are you there?", "assistant: back again"], await page.ReadAsync());
    }

    [Theory, OnBothVersions]
    public async Task Draft_WhileTheServerIsAway_StaysAndIsSentAfterwards(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("heard");
        var page = await site.OpenAsync();
        site.Sample.Terminate();
        await site.Sample.EndAsync();
        await Expect(page.Panel).Not.ToHaveAttributeAsync("data-connection", "open");

        await page.SayAsync("a draft");
        await Expect(page.Input).ToHaveValueAsync("a draft");
        await site.StartSampleAsync();
        await page.ConnectedAsync();
        await page.Input.PressAsync("Enter");

        Assert.Equal("heard", await page.AnswerAsync());
        await Expect(page.Input).ToHaveValueAsync("");
        Assert.Single(site.Ollama.Chats);
    }

    [Theory, OnBothVersions]
    [Trait("Row", "F-12")]
    public async Task Kill_WhileAnAnswerStreams_LosesAtMostHalfASecondOfIt(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("A whole answer, before.");
        var page = await site.OpenAsync();
        await page.SayAsync("First?");
        await page.AnswerAsync();
        var never = string.Join(' ', Enumerable.Range(1, 2000).Select(i => $"word{i}"));
        site.Ollama.Answer = _ => FakeAnswer.Text(never) with { TokensPerSecond = 50 };
        await page.SayAsync("Second?");
        await Expect(TodoPage.TextOf(page.Answers("streaming"))).ToContainTextAsync("word5 ");

        // What the page had half a second ago must be there afterwards.
        var seen = await TextAsync();
        var since = Stopwatch.GetTimestamp();
        var shown = seen;
        while (Stopwatch.GetElapsedTime(since) < TimeSpan.FromMilliseconds(500))
        {
            shown = await TextAsync();
        }

        await site.Sample.KillAsync();
        await Expect(page.Panel).Not.ToHaveAttributeAsync("data-connection", "open");
        site.Ollama.Answer = _ => FakeAnswer.Text("back again");
        await site.StartSampleAsync();
        await page.ConnectedAsync();

        var kept = await page.AnswerAsync(1, "stopped");
        output.WriteLine(
            $"{version}: {shown.Length} characters were shown, {kept.Length} are kept, {seen.Length} were there half a second before.");
        Assert.StartsWith(seen, kept, StringComparison.Ordinal);
        Assert.StartsWith(kept, never, StringComparison.Ordinal);
        await Expect(page.Answers("stopped").Locator(".chat-reason")).ToContainTextAsync("restarted");
        await Expect(page.Answers("streaming")).ToHaveCountAsync(0);
        Assert.Equal(["user: First?", "assistant: A whole answer, before.", "user: Second?", $"assistant: {kept}"], await page.ReadAsync());

        // The model knows what was said before, and nobody is answered who has not asked.
        Assert.Equal(2, site.Ollama.Chats.Count);
        await page.SayAsync("Third?");
        Assert.Equal("back again", await page.AnswerAsync(2));
        Assert.Contains("A whole answer, before.", site.Ollama.Chats[^1].Body.ToString(), StringComparison.Ordinal);

        // A new page of the same visitor sees it all at its first paint.
        await page.Page.ReloadAsync();
        Assert.Equal(6, (await page.ReadAsync()).Length);
        Assert.DoesNotContain("fail:", site.Sample.Output, StringComparison.Ordinal);

        Task<string> TextAsync() => TodoPage.TextOf(page.Answers("streaming")).EvaluateAsync<string>("element => element.textContent");
    }
}
