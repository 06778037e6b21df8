using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>What is whose: two tabs of one visitor, a page that is loaded again, and a stranger.</summary>
public sealed class VisitorTests(Chromium chromium)
{
    [Theory, OnBothVersions]
    public async Task TwoTabs_ShowTheSameAndAnotherVisitorNothing(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("for you alone");
        var visitor = await site.NewVisitorAsync();
        var first = await site.OpenAsync(visitor);
        var second = await site.OpenAsync(visitor);
        var other = await site.OpenAsync();

        await first.AddAsync("Buy milk");
        Assert.Equal("for you alone", await first.AnswerAsync());
        await second.SayAsync("hello from here");
        Assert.Equal("for you alone", await first.AnswerAsync(2));
        Assert.Equal("for you alone", await second.AnswerAsync(2));
        Assert.Equal(["assistant: for you alone", "user: hello from here", "assistant: for you alone"], await first.ReadAsync());
        Assert.Equal(await first.ReadAsync(), await second.ReadAsync());

        site.Ollama.Answer = _ => FakeAnswer.Text("for the other");
        await other.SayAsync("and me?");
        Assert.Equal("for the other", await other.AnswerAsync());
        Assert.Equal(["user: and me?", "assistant: for the other"], await other.ReadAsync());
        Assert.DoesNotContain(
            site.Ollama.Chats[^1].Messages, message => message.Content.Contains("hello", StringComparison.Ordinal)
                || (message.Content.Contains("milk", StringComparison.Ordinal) && !IsTheListThatAllSee(message)));
        await Expect(first.Entries).ToHaveCountAsync(3);
    }

    /// <summary>The sample's todos belong to all visitors, so its context shows each the same.</summary>
    private static bool IsTheListThatAllSee(RecordedMessage message) => message.Content.StartsWith("[app]", StringComparison.Ordinal);

    [Theory, OnBothVersions]
    [Trait("Row", "F-10")]
    public async Task Reload_InTheMiddleOfAStream_ShowsAllSoFarAndThenTheRestOnce(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var rest = new TaskCompletionSource();
        site.Ollama.Answer = _ => FakeAnswer.Text("one two three four five six") with { GateAfterFirst = rest.Task, FaultAfterTokens = 3 };
        var page = await site.OpenAsync();
        await page.AddAsync("Buy milk");
        await Expect(TodoPage.TextOf(page.Answers("streaming"))).ToHaveTextAsync("one two three");

        await page.Page.ReloadAsync();
        await Expect(TodoPage.TextOf(page.Answers("streaming"))).ToHaveTextAsync("one two three");
        await page.ConnectedAsync();
        rest.SetResult();

        Assert.Equal("one two three four five six", await page.AnswerAsync());
        await Expect(page.Entries).ToHaveCountAsync(1);
    }
}
