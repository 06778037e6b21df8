using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>What a person types: when it goes out, and that it stays when it does not.</summary>
public sealed class InputTests(Chromium chromium)
{
    [Theory, OnBothVersions]
    public async Task Enter_Sends_AndShiftEnterMakesALine(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("heard");
        var page = await site.OpenAsync();
        var low = (await page.Input.BoundingBoxAsync())!.Height;

        await page.Input.PressSequentiallyAsync("one");
        await page.Input.PressAsync("Shift+Enter");
        await page.Input.PressSequentiallyAsync("two");
        await Expect(page.Input).ToHaveValueAsync("one\ntwo");
        Assert.True((await page.Input.BoundingBoxAsync())!.Height > low, "The input grows with its lines.");
        Assert.Empty(site.Ollama.Chats);
        await page.Input.PressAsync("Enter");

        await page.AnswerAsync();
        Assert.Equal("one\ntwo", Assert.Single(site.Ollama.Chats).Messages[^1].Content);
        await Expect(page.Input).ToHaveValueAsync("");
        await Expect(page.Input).ToBeFocusedAsync();
        Assert.Equal(low, (await page.Input.BoundingBoxAsync())!.Height);
    }

    [Theory, OnBothVersions]
    public async Task Button_Sends_AndTheInputIsEmptyAndFocused(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("heard");
        var page = await site.OpenAsync();

        await page.Input.FillAsync("hello");
        await page.Send.ClickAsync();

        await page.AnswerAsync();
        await Expect(page.Input).ToHaveValueAsync("");
        await Expect(page.Input).ToBeFocusedAsync();
    }

    [Theory, OnBothVersions]
    public async Task Enter_OfAnInputMethod_DoesNotSend(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("heard");
        var page = await site.OpenAsync();
        await page.Input.FillAsync("日本");

        await page.Input.EvaluateAsync(
            "e => e.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, isComposing: true }))");
        await page.Input.EvaluateAsync("e => e.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, keyCode: 229 }))");
        await Expect(page.Input).ToHaveValueAsync("日本");
        await page.Input.PressAsync("Enter");

        await page.AnswerAsync();
        Assert.Single(site.Ollama.Chats);
    }

    [Theory, OnBothVersions]
    public async Task Empty_OrBlank_IsNotSent(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("heard");
        var page = await site.OpenAsync();
        var frames = new List<string>();
        page.OnSent(frames.Add);

        foreach (var nothing in (string[])["", "   ", "\n\n"])
        {
            await page.Input.FillAsync(nothing);
            await page.Input.PressAsync("Enter");
            await page.Send.ClickAsync();
        }

        await page.SayAsync("something");
        await page.AnswerAsync();
        Assert.Contains("\"something\"", Assert.Single(frames), StringComparison.Ordinal);
    }

    [Theory, OnBothVersions]
    public async Task Submit_ManyTimesAtOnce_IsHeardOnce(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var hold = new TaskCompletionSource();
        site.Ollama.Answer = _ => FakeAnswer.Text("heard") with { Gate = hold.Task };
        var page = await site.OpenAsync();
        var frames = new List<string>();
        page.OnSent(frames.Add);
        await page.Input.FillAsync("hello");

        await page.Page.EvaluateAsync("""
            () => {
              const form = document.getElementById('chat-form'), button = document.getElementById('send-btn');
              for (let i = 0; i < 5; i++) { form.requestSubmit(); button.click(); }
            }
            """);

        await Expect(page.Input).ToHaveValueAsync("");
        await page.Input.PressAsync("Enter");
        hold.SetResult();
        await page.AnswerAsync();
        await Expect(page.Entries).ToHaveCountAsync(2);
        Assert.Single(frames);
        Assert.Single(site.Ollama.Chats);
    }

    [Theory, OnBothVersions]
    public async Task Draft_WhileAnAnswerStreams_KeepsItsTextFocusAndCaret(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text(string.Join(' ', Enumerable.Range(1, 40))) with { TokensPerSecond = 40 };
        var page = await site.OpenAsync();
        await page.AddAsync("Buy milk");
        await Expect(page.Answers("streaming")).ToHaveCountAsync(1);
        await page.Input.FillAsync("my draft");
        await page.Input.EvaluateAsync(
            "e => { e.focus(); e.setSelectionRange(2, 3); window.blurs = 0; e.addEventListener('blur', () => window.blurs++); }");

        await page.AnswerAsync();

        await Expect(page.Input).ToHaveValueAsync("my draft");
        await Expect(page.Input).ToBeFocusedAsync();
        Assert.Equal("2 3 0", await page.Input.EvaluateAsync<string>("e => `${e.selectionStart} ${e.selectionEnd} ${window.blurs}`"));
    }

    [Theory, OnBothVersions]
    public async Task Draft_WhileNotConnected_StaysAndThePageSaysSo(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("heard");
        var page = await site.OpenAsync();
        await Expect(page.State).ToContainTextAsync("Connected", new() { UseInnerText = true });
        await page.Input.FillAsync("a draft");
        await page.Input.FocusAsync();
        site.Sample.Terminate();
        await site.Sample.EndAsync();

        await Expect(page.Panel).Not.ToHaveAttributeAsync("data-connection", "open");
        await Expect(page.State).ToContainTextAsync("Your draft stays.", new() { UseInnerText = true });
        await Expect(page.Send).ToBeDisabledAsync();
        await page.Input.PressAsync("Enter");
        await Expect(page.Input).ToHaveValueAsync("a draft");
        await Expect(page.Input).ToBeFocusedAsync();

        await site.StartSampleAsync();
        await page.ConnectedAsync();
        await page.Input.PressAsync("Enter");
        Assert.Equal("heard", await page.AnswerAsync());
    }
}
