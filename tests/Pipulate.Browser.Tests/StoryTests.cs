using System.Diagnostics;
using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>The whole way, in a real browser, on both htmx versions: what a person at the sample does and sees.</summary>
public sealed class StoryTests(Chromium chromium, ITestOutputHelper output) : IClassFixture<Chromium>
{
    private const string Awkward = " lead  two\nlines\t<b>bold</b> &amp; & \"quotes\" 🌅 trail ";

    private const string Hostile =
        """<script>window.hacked = 1</script><img src=x onerror="window.hacked = 1"><b hx-get="/pwned" hx-trigger="load">b</b></div><div id="todo-list" hx-swap-oob="innerHTML">OWNED</div><title>OWNED</title>""";

    [Theory, OnBothVersions]
    public async Task Page_OnADesktopAndAPhone_HasItsHooksWhereTheyBelong(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();

        await Expect(page.Page.GetByRole(AriaRole.Log)).ToHaveAttributeAsync("id", "msg-list");
        await Expect(page.Status).ToHaveAttributeAsync("role", "status");
        await Expect(page.Page.Locator("#input-group #msg[name=msg]")).ToHaveAttributeAsync("aria-label", "Message");
        await Expect(page.Page.Locator("#send-btn")).ToHaveTextAsync("Send");
        await Expect(page.Page.Locator("form[action='/todo'] input[name=title]")).ToHaveCountAsync(1);
        var (list, panel) = (await BoxAsync(page, "#todo-list"), await BoxAsync(page, "#chat-panel"));
        Assert.True(panel.X >= list.X + list.Width, "On a desktop the panel is beside the list.");

        var phone = await site.OpenAsync(await site.NewVisitorAsync(width: 390));
        (list, panel) = (await BoxAsync(phone, "#todo-list"), await BoxAsync(phone, "#chat-panel"));
        Assert.True(panel.Y >= list.Y + list.Height, "On a phone the panel is below the list.");
        Assert.False(await phone.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth"), "A phone does not scroll sideways.");
    }

    [Theory, OnBothVersions]
    public async Task Todo_AddedToggledAndDeleted_IsCommentedOnEachTimeAndTheTalkRemembersAll(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text($"answer {site.Ollama.Chats.Count}");
        var page = await site.OpenAsync();

        await page.AddAsync("Buy milk");
        await Expect(page.Todos).ToHaveCountAsync(1);
        Assert.Equal("answer 1", await page.AnswerAsync(1));
        await page.ToggleAsync("Buy milk");
        Assert.Equal("answer 2", await page.AnswerAsync(2));
        await page.DeleteAsync("Buy milk");
        await Expect(page.Todos).ToHaveCountAsync(0);
        Assert.Equal("answer 3", await page.AnswerAsync(3));
        await page.SayAsync("What did I do?");
        Assert.Equal("answer 4", await page.AnswerAsync(4));

        await Expect(page.Page.Locator("#msg-list > [data-role=user] .chat-text")).ToHaveTextAsync("What did I do?");
        await Expect(page.Input).ToHaveValueAsync("");
        await Expect(page.Input).ToBeFocusedAsync();
        var told = site.Ollama.Chats[3].Messages;
        Assert.Equal(["system", "user", "assistant", "user", "assistant", "user", "assistant", "user"], told.Select(message => message.Role));
        Assert.StartsWith("[event] They put \"Buy milk\" on the list.", told[1].Content, StringComparison.Ordinal);
        Assert.StartsWith("[event] They changed \"Buy milk\" from \"open\" to \"done\".", told[3].Content, StringComparison.Ordinal);
        Assert.StartsWith("[event] They deleted \"Buy milk\", which was \"done\".", told[5].Content, StringComparison.Ordinal);
        Assert.Equal("What did I do?", told[7].Content);
        Assert.Empty(page.Complaints);
    }

    [Theory, OnBothVersions]
    public async Task Answer_AtTwentyTokensASecond_StreamsItsWordsAndIsExact(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var text = Awkward + string.Join(' ', Enumerable.Range(1, 12).Select(i => $"word{i}"));
        site.Ollama.Answer = _ => FakeAnswer.Text(text) with { TokensPerSecond = 20 };
        var page = await site.OpenAsync();
        await page.Page.EvaluateAsync("""
            () => {
              const list = document.getElementById('msg-list');
              window.seen = [];
              new MutationObserver(() => {
                const answer = list.querySelector('[data-role=assistant]');
                const text = answer?.querySelector('.chat-text')?.textContent;
                if (text && text !== window.seen.at(-1)?.text) window.seen.push({ text, state: answer.dataset.state, at: Date.now() });
              }).observe(list, { childList: true, subtree: true, characterData: true });
            }
            """);

        await page.AddAsync("Buy milk");
        Assert.Equal(text, await page.AnswerAsync());

        var written = DateTimeOffset.UtcNow - Stopwatch.GetElapsedTime(await site.Ollama.Chats[0].FirstTokenWritten);
        var seen = await page.Page.EvaluateAsync<string>("JSON.stringify(window.seen.map(s => [s.state, s.at, s.text.length]))");
        var steps = System.Text.Json.JsonDocument.Parse(seen).RootElement.EnumerateArray().ToList();
        var late = DateTimeOffset.FromUnixTimeMilliseconds(steps[0][1].GetInt64()) - written;
        output.WriteLine($"{version}: first words in the page {late.TotalMilliseconds:0} ms after the model's first token (goal: 300 ms), {steps.Count} steps.");
        Assert.True(late < TimeSpan.FromSeconds(2), $"The first words came {late} after the first token.");
        Assert.Equal("streaming", steps[0][0].GetString());
        Assert.True(steps.Count >= 5, "More words follow while the stream runs.");
    }

    [Theory, OnBothVersions]
    public async Task NoModel_IsNamedWithTheCommandAndTheDemoSpeaksUntilItComes(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version, withModel: false);
        var page = await site.OpenAsync();
        await Expect(page.Status).ToContainTextAsync($"127.0.0.1:{site.Ollama.Endpoint.Port}");
        await Expect(page.Status).ToContainTextAsync("ollama serve");

        await page.AddAsync("Buy milk");
        Assert.NotEmpty(await page.AnswerAsync());
        await Expect(page.Answers()).ToHaveAttributeAsync("data-voice", "demo");
        var mark = await page.Answers().EvaluateAsync<string>("e => [e, ...e.querySelectorAll('*')].flatMap(x => [getComputedStyle(x, '::before').content, getComputedStyle(x, '::after').content]).join(' ')");
        Assert.Contains("demo", mark, StringComparison.Ordinal);

        await using var late = await FakeOllamaServer.StartAsync(site.Ollama.Endpoint.Port);
        late.Answer = _ => FakeAnswer.Text("here I am");
        await page.AddAsync("Buy eggs");
        Assert.Equal("here I am", await page.AnswerAsync(2));
        await Expect(page.Status).ToHaveTextAsync("Model: llama3.2:latest");
    }

    [Theory, OnBothVersions]
    public async Task Answer_ThatBreaks_IsShownAsFailedWithItsTextAndTheNextWorks(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Tokens("half ", "an ", "answer") with { Fault = FakeFault.ErrorLine, FaultAfterTokens = 2 };
        var page = await site.OpenAsync();

        await page.AddAsync("Buy milk");
        Assert.Equal("half an ", await page.AnswerAsync(state: "failed"));
        await Expect(page.Answers("failed").Locator(".chat-reason")).Not.ToBeEmptyAsync();

        site.Ollama.Answer = _ => FakeAnswer.Text("whole again");
        await page.AddAsync("Buy eggs");
        Assert.Equal("whole again", await page.AnswerAsync());
    }

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
        Assert.Equal("for you alone", await second.AnswerAsync());

        site.Ollama.Answer = _ => FakeAnswer.Text("for the other");
        await other.SayAsync("and me?");
        Assert.Equal("for the other", await other.AnswerAsync());
        await Expect(other.Entries).ToHaveCountAsync(2);
        await Expect(first.Entries).ToHaveCountAsync(1);
    }

    [Theory, OnBothVersions]
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

    [Theory, OnBothVersions]
    public async Task Markup_InATitleAndAnAnswer_StaysText(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var answers = new Queue<string>([Hostile, """{"content":"OWNED","target":"body"}"""]);
        site.Ollama.Answer = _ => FakeAnswer.Text(answers.Dequeue());
        var page = await site.OpenAsync();
        const string Title = "<img src=x onerror=alert(1)>";

        await page.AddAsync(Title);
        Assert.Equal(Hostile, await page.AnswerAsync(1));
        await page.SayAsync("<img src=x onerror=alert(2)>");
        Assert.Equal("""{"content":"OWNED","target":"body"}""", await page.AnswerAsync(2));
        await page.Page.ReloadAsync();
        await page.ConnectedAsync();

        await Expect(page.Answers()).ToHaveCountAsync(2);
        Assert.Equal(Hostile, await TodoPage.TextOf(page.Answers().First).EvaluateAsync<string>("element => element.textContent"));
        await Expect(page.Todos.Locator(".title")).ToHaveTextAsync(Title);
        Assert.True(await page.Page.EvaluateAsync<bool>("window.hacked === undefined"));
        Assert.DoesNotContain("OWNED", await page.Page.TitleAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(page.Requests, request => request.Contains("pwned", StringComparison.Ordinal) || request.EndsWith("/x", StringComparison.Ordinal));
        Assert.Empty(page.Complaints);
    }

    [Theory, OnBothVersions]
    public async Task Context_OpenedPausedAndForgotten_ShowsAndObeysIt(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("noted");
        var page = await site.OpenAsync();
        await page.AddAsync("Buy milk");
        await page.AnswerAsync(1);

        await page.Page.GetByText("What the AI sees").ClickAsync();
        var events = page.Page.Locator(".chat-context-events > li > span");
        await Expect(events).ToHaveCountAsync(1);
        await Expect(events).ToContainTextAsync("\"Buy milk\"");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Forget all" }).ClickAsync();
        await Expect(events).ToHaveCountAsync(0);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.Page.Locator(".chat-context-state")).ToContainTextAsync("Paused");
        await page.AddAsync("A secret");
        await Expect(page.Todos).ToHaveCountAsync(2);
        await page.SayAsync("What do you know?");
        await page.AnswerAsync(2);

        Assert.DoesNotContain("Buy milk", site.Ollama.Chats[^1].Body, StringComparison.Ordinal);
        Assert.DoesNotContain("A secret", site.Ollama.Chats[^1].Body, StringComparison.Ordinal);
        Assert.Empty(page.Complaints);
        await page.Page.ScreenshotAsync(new() { Path = Path.Combine(Repository.Root, "artifacts", "screenshots", $"context-{version}.png"), FullPage = true });
    }

    [Theory, OnBothVersions]
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

        site.Ollama.Answer = _ => FakeAnswer.Text("back again");
        await site.StartSampleAsync();
        await page.ConnectedAsync();
        await page.SayAsync("Are you there?");
        Assert.Equal("back again", await page.AnswerAsync());
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
    public async Task Screenshots_OfTheSample_AreTaken(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = chat => FakeAnswer.Text(chat.Messages[^1].Content switch
        {
            ['[', ..] report when report.Contains("changed", StringComparison.Ordinal) => "Done already? I had a speech prepared.",
            ['[', ..] report when report.Contains("milk", StringComparison.Ordinal) => "Milk. A bold start. I shall alert the cows.",
            ['[', ..] => "The ferns have been asking after you.",
            _ => "Two things, and the ferns are the urgent one.",
        });
        var folder = Path.Combine(Repository.Root, "artifacts", "screenshots");
        foreach (var (name, scheme, width) in new[] { ("desktop-light", ColorScheme.Light, 1100), ("desktop-dark", ColorScheme.Dark, 1100), ("phone-light", ColorScheme.Light, 390), ("phone-dark", ColorScheme.Dark, 390) })
        {
            var page = await site.OpenAsync(await site.NewVisitorAsync(scheme, width));
            await page.AddAsync("Buy milk");
            await page.AnswerAsync(1);
            await page.SayAsync("What is on my list?");
            await page.AnswerAsync(2);
            await page.AddAsync("Water the ferns");
            await page.AnswerAsync(3);
            await page.ToggleAsync("Buy milk");
            await page.AnswerAsync(4);
            var file = Path.Combine(folder, $"{name}-{version}.png");
            await page.Page.ScreenshotAsync(new() { Path = file, FullPage = true });
            Assert.True(new FileInfo(file).Length > 5_000);
            await page.DeleteAsync("Buy milk");
            await page.DeleteAsync("Water the ferns");
            await Expect(page.Todos).ToHaveCountAsync(0);
        }
    }

    private static async Task<LocatorBoundingBoxResult> BoxAsync(TodoPage page, string selector) => (await page.Page.Locator(selector).BoundingBoxAsync())!;
}
