using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>The panel on server-sent events and POST, as where a network blocks WebSockets: all that it does on a socket.</summary>
public sealed class StreamTests(Chromium chromium)
{
    private const string ByStream = "--Sample:Transport=sse";

    [Theory, OnBothVersions]
    public async Task Story_FromATodoOverAReloadAndARestart_IsRightAllTheWay(HtmxVersion version)
    {
        const string comment = " lead  two\nlines\t<b>bold</b> &amp; & \"quotes\" 🌅 trail ";
        await using var site = await StartAsync(chromium, version, settings: [ByStream, "--Pipulate:Markdown=false"]);
        site.Ollama.Answer = _ => FakeAnswer.Text(comment) with { TokensPerSecond = 50 };
        var page = await site.OpenAsync();
        var sockets = 0;
        page.Page.WebSocket += (_, _) => sockets++;

        await page.AddAsync("Buy milk");
        await Expect(page.Todos).ToHaveCountAsync(1);
        Assert.Equal(comment, await page.AnswerAsync(1));

        site.Ollama.Answer = _ => FakeAnswer.Text("you are welcome");
        await page.SayAsync("Thank you <3");
        Assert.Equal("you are welcome", await page.AnswerAsync(2));
        await Expect(page.Input).ToHaveValueAsync("");
        await Expect(page.Input).ToBeFocusedAsync();

        // Loaded again in the middle of an answer.
        var rest = new TaskCompletionSource();
        site.Ollama.Answer = _ => FakeAnswer.Text("one two three four five six") with { GateAfterFirst = rest.Task, FaultAfterTokens = 3 };
        await page.SayAsync("Count!");
        await Expect(TodoPage.TextOf(page.Answers("streaming"))).ToHaveTextAsync("one two three");
        await page.Page.ReloadAsync();
        await page.ConnectedAsync();
        await Expect(TodoPage.TextOf(page.Answers("streaming"))).ToHaveTextAsync("one two three");
        rest.SetResult();
        Assert.Equal("one two three four five six", await page.AnswerAsync(3));
        string[] said = [
            $"assistant: {comment}", "user: Thank you <3", "assistant: you are welcome", "user: Count!",
            "assistant: one two three four five six"
        ];
        Assert.Equal(said, await page.ReadAsync());
        Assert.Empty(page.Complaints);
        await page.Page.ScreenshotAsync(
            new() { Path = Path.Combine(Repository.Root, "artifacts", "screenshots", $"stream-{version}.png"), FullPage = true });

        // And over a restart in the middle of another.
        var never = new TaskCompletionSource();
        site.Ollama.Answer = _ => FakeAnswer.Text("half of it") with { GateAfterFirst = never.Task };
        await page.AddAsync("Buy eggs");
        await Expect(TodoPage.TextOf(page.Answers("streaming"))).ToHaveTextAsync("half");
        site.Sample.Terminate();
        await site.Sample.EndAsync();
        Assert.Equal(0, site.Sample.ExitCode);
        await Expect(page.Answers("stopped").Locator(".chat-reason")).ToContainTextAsync("restarting");
        await Expect(page.Panel).Not.ToHaveAttributeAsync("data-connection", "open");
        site.Ollama.Answer = _ => FakeAnswer.Text("back again");
        await site.StartSampleAsync();
        await page.ConnectedAsync();
        await page.SayAsync("Are you there?");
        await Expect(TodoPage.TextOf(page.Answers().Last)).ToHaveTextAsync("back again");
        await Expect(page.Input).ToHaveValueAsync("");
        Assert.Equal(["user: Are you there?", "assistant: back again"], (await page.ReadAsync())[^2..]);

        Assert.Equal(0, sockets);
        Assert.Contains("POST /message", page.Requests);
        Assert.Equal(version is HtmxVersion.V2, await page.Page.EvaluateAsync<bool>("document.querySelector('[sse-connect]') !== null"));
    }

    [Theory, OnBothVersions]
    public async Task Hidden_AndShownAgainWithNothingMissed_KeepsItsElements(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version, settings: ByStream);
        site.Ollama.Answer = _ => FakeAnswer.Text("an answer");
        var page = await site.OpenAsync();
        await page.SayAsync("hello");
        await page.AnswerAsync();
        await page.Page.EvaluateAsync("document.querySelector('#msg-list > .chat-entry').dataset.mark = 'kept'");
        var streams = page.Requests.Count(request => request == "GET /sse");

        await HideAsync(page, true);
        await HideAsync(page, false);

        // htmx 4 leaves a hidden page and comes back with the place where it was; htmx 2 stays.
        if (version is HtmxVersion.V4)
        {
            await Eventually.TrueAsync(() => page.Requests.Count(request => request == "GET /sse") > streams);
            await page.ConnectedAsync();
        }

        site.Ollama.Answer = _ => FakeAnswer.Text("another");
        await page.SayAsync("and now?");
        Assert.Equal("another", await page.AnswerAsync(2));
        await Expect(page.Entries).ToHaveCountAsync(4);
        await Expect(page.Entries.First).ToHaveAttributeAsync("data-mark", "kept");
    }

    [Theory, OnBothVersions]
    public async Task Refused_AtFirst_ComesBackByItself(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version, settings: ByStream);
        site.Ollama.Answer = _ => FakeAnswer.Text("an answer");
        var visitor = await site.NewVisitorAsync();
        await visitor.RouteAsync(
            "**/sse", route => route.FulfillAsync(new() { Status = 503, Headers = [new("Retry-After", "5")] }), new() { Times = 1 });

        var page = await site.OpenAsync(visitor);

        await page.SayAsync("hello");
        Assert.Equal("an answer", await page.AnswerAsync());
        Assert.Equal(2, page.Requests.Count(request => request == "GET /sse"));
    }

    [Theory, OnBothVersions]
    public async Task Closed_ForGood_StaysAway(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version, settings: ByStream);
        var visitor = await site.NewVisitorAsync();
        await visitor.RouteAsync("**/sse", route =>
            route.FulfillAsync(new() { ContentType = "text/event-stream", Body = "retry: 100\n\nevent: chat-closed\ndata: 1008\n\n" }));
        var page = await visitor.NewPageAsync();

        await page.GotoAsync(site.Sample.Address.ToString());

        await Expect(page.Locator("#chat-panel")).ToHaveAttributeAsync("data-connection", "closed");
        await Expect(page.Locator("#send-btn")).ToBeDisabledAsync();
    }

    [Theory, OnBothVersions]
    public async Task Message_ThatIsRefused_IsHintedAtAndStaysInTheInput(HtmxVersion version)
    {
        await using var site = await StartAsync(
            chromium, version, settings: [ByStream, "--Pipulate:Limits:MessageBurst=1", "--Pipulate:Limits:MessagesPerMinute=1"]);
        site.Ollama.Answer = _ => FakeAnswer.Text("an answer");
        var page = await site.OpenAsync();
        await page.SayAsync("first");
        await page.AnswerAsync();

        await page.SayAsync("second");

        await Expect(page.Page.Locator("#chat-hint")).ToContainTextAsync("faster than I can read");
        await Expect(page.Input).ToHaveValueAsync("second");
        await Expect(page.Entries).ToHaveCountAsync(2);
    }

    private static async Task HideAsync(TodoPage page, bool hidden) => await page.Page.EvaluateAsync(
        """
        hidden => {
          Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
          Object.defineProperty(document, 'visibilityState', { configurable: true, value: hidden ? 'hidden' : 'visible' });
          document.dispatchEvent(new Event('visibilitychange'));
        }
        """,
        hidden);
}
