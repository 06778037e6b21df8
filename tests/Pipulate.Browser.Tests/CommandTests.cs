using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>The buttons: stop, once more, copy.</summary>
public sealed class CommandTests(Chromium chromium)
{
    [Theory, OnBothVersions]
    public async Task Stop_InTheMiddle_MarksTheTextClosesTheRequestAndItIsRemembered(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();
        await Expect(page.Stop).ToBeHiddenAsync();
        await page.StreamAsync(site, "Tell me a story");
        await page.Input.FillAsync("a draft");

        await page.Stop.ClickAsync();

        Assert.Equal("one", await page.AnswerAsync(state: "stopped"));
        await Expect(page.Answers("stopped").Locator(".chat-reason")).ToHaveTextAsync("Stopped.");
        await site.Ollama.Chats[0].Finished.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
        Assert.True(site.Ollama.Chats[0].Aborted);
        await Expect(page.Stop).ToBeHiddenAsync();
        await Expect(page.Input).ToHaveValueAsync("a draft");

        site.Ollama.Answer = _ => FakeAnswer.Text("then");
        await page.SayAsync("Go on");
        Assert.Equal("then", await page.AnswerAsync());
        Assert.Equal(["Tell me a story", "one", "Go on"], site.Ollama.Chats[1].Messages.Skip(1).Select(message => message.Content));
        Assert.Empty(page.Complaints);
    }

    [Theory, OnBothVersions]
    public async Task Stop_ByKeyboard_HandsTheFocusToTheInput(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();
        await page.StreamAsync(site, "Tell me a story");
        await Expect(page.Input).ToBeFocusedAsync();

        await page.Page.Keyboard.PressAsync("Shift+Tab");
        await Expect(page.Stop).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Enter");

        await page.AnswerAsync(state: "stopped");
        await Expect(page.Input).ToBeFocusedAsync();
    }

    [Theory, OnBothVersions]
    public async Task Stop_TheAnswerEndsUnderTheFocus_TheInputGetsIt(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var rest = new TaskCompletionSource();
        var page = await site.OpenAsync();
        await page.StreamAsync(site, "Tell me a story", rest.Task);
        await page.Page.Keyboard.PressAsync("Shift+Tab");
        await Expect(page.Stop).ToBeFocusedAsync();

        rest.SetResult();

        await page.AnswerAsync();
        await Expect(page.Input).ToBeFocusedAsync();
    }

    [Theory, OnBothVersions]
    public async Task Leaving_InTheMiddle_IsNoStop(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var rest = new TaskCompletionSource();
        var visitor = await site.NewVisitorAsync();
        var page = await site.OpenAsync(visitor);
        await page.StreamAsync(site, "Tell me a story", rest.Task);

        await page.Page.GotoAsync("about:blank");
        rest.SetResult();
        await site.Ollama.Chats[0].Finished.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        var back = await site.OpenAsync(visitor);
        Assert.Equal("one two three", await back.AnswerAsync());
        Assert.False(site.Ollama.Chats[0].Aborted);
    }

    [Theory, OnBothVersions]
    public async Task Retry_OfAStoppedAndOfAFailedAnswer_AsksTheSameAgain(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();
        await page.StreamAsync(site, "Tell me a story");
        await page.Stop.ClickAsync();
        await page.AnswerAsync(state: "stopped");

        site.Ollama.Answer = _ => FakeAnswer.Tokens("half ", "an ", "answer") with { Fault = FakeFault.ErrorLine, FaultAfterTokens = 2 };
        await page.Again("Retry").ClickAsync();
        Assert.Equal("half an", await page.AnswerAsync(state: "failed"));
        site.Ollama.Answer = _ => FakeAnswer.Text("the whole story");
        await page.Again("Retry").ClickAsync();

        Assert.Equal("the whole story", await page.AnswerAsync());
        Assert.Equal(["user: Tell me a story", "assistant: the whole story"], await page.ReadAsync());
        Assert.All(site.Ollama.Chats, chat => Assert.Equal(["Tell me a story"], chat.Messages.Skip(1).Select(message => message.Content)));
        Assert.Equal(3, site.Ollama.Chats.Count);
    }

    [Theory, OnBothVersions]
    public async Task Regenerate_TheNewestAnswerOnly_IsReplacedByAnother(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text($"answer {site.Ollama.Chats.Count}");
        var page = await site.OpenAsync();
        await page.SayAsync("first");
        await page.AnswerAsync(1);
        await page.SayAsync("second");
        await page.AnswerAsync(2);
        await Expect(page.Again("Regenerate")).ToHaveCountAsync(1);

        await page.Again("Regenerate").ClickAsync();
        await Expect(TodoPage.TextOf(page.Answers().Last)).ToHaveTextAsync("answer 3");
        Assert.Equal(["user: first", "assistant: answer 1", "user: second", "assistant: answer 3"], await page.ReadAsync());
        Assert.Equal(["first", "answer 1", "second"], site.Ollama.Chats[2].Messages.Skip(1).Select(message => message.Content));

        // What the server shows after a reload is the same.
        await page.Page.ReloadAsync();
        await page.ConnectedAsync();
        Assert.Equal(["user: first", "assistant: answer 1", "user: second", "assistant: answer 3"], await page.ReadAsync());
        await Expect(page.Again("Regenerate")).ToHaveCountAsync(1);
        Assert.Empty(page.Complaints);
    }

    [Theory, OnBothVersions]
    public async Task Retry_OfWhatTheDemoVoiceSaid_IsTheModelOnceItIsThere(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version, withModel: false);
        var page = await site.OpenAsync();
        await page.SayAsync("hello");
        await page.AnswerAsync();
        await Expect(page.Answers().Locator(".chat-voice")).ToHaveTextAsync("demo voice");

        await using var late = await FakeOllamaServer.StartAsync(site.Ollama.Endpoint.Port);
        late.Answer = _ => FakeAnswer.Text("here I am");
        await page.Again("Regenerate").ClickAsync();

        await Expect(TodoPage.TextOf(page.Answers())).ToHaveTextAsync("here I am");
        await Expect(page.Answers().Locator(".chat-voice")).ToHaveCountAsync(0);
    }

    [Theory, OnBothVersions]
    public async Task Command_WhileNotConnected_IsNotKeptForLater(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text($"answer {site.Ollama.Chats.Count}");
        var page = await site.OpenAsync();
        await page.SayAsync("hello");
        await page.AnswerAsync();
        site.Sample.Terminate();
        await site.Sample.EndAsync();
        await Expect(page.Panel).Not.ToHaveAttributeAsync("data-connection", "open");

        await page.Again("Regenerate").ClickAsync();
        await site.StartSampleAsync();
        await page.ConnectedAsync();
        await page.SayAsync("are you back?");

        await Expect(TodoPage.TextOf(page.Answers().Last)).ToHaveTextAsync("answer 2");
        Assert.Equal("are you back?", site.Ollama.Chats[1].Messages[^1].Content);
    }

    [Theory, OnBothVersions]
    public async Task Copy_OfAnAnswer_PutsItsTextIntoTheClipboardToTheLetter(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        const string text = "Two\nlines, <b>not</b> bold & \"quoted\"";
        site.Ollama.Answer = _ => FakeAnswer.Text(text);
        var visitor = await site.NewVisitorAsync();
        using var clipboard = await chromium.TakeClipboardAsync();
        await visitor.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var page = await site.OpenAsync(visitor);
        await page.SayAsync("hello");
        await page.AnswerAsync();

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();

        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Copied" })).ToBeVisibleAsync();
        Assert.Equal(text, await page.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await Expect(page.Announcer).ToHaveTextAsync("Copied");
    }
}
