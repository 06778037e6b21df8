using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;

namespace Pipulate.Browser;

/// <summary>Enhanced navigation of Blazor, with the panel in the layout of an application without interactivity.</summary>
public sealed class BlazorTests(Chromium chromium)
{
    public static IEnumerable<TheoryDataRow<HtmxVersion, string, bool>> Ways() =>
        from version in (HtmxVersion[])[HtmxVersion.V2, HtmxVersion.V4]
        from transport in (string[])["ws", "sse"]
        from permanent in (bool[])[false, true]
        where Exhaustive.IsFull || (version is HtmxVersion.V2) == (transport == "sse")
        select new TheoryDataRow<HtmxVersion, string, bool>(version, transport, permanent);

    [Theory, MemberData(nameof(Ways))]
    [Trait("Category", Exhaustive.Category)]
    public async Task Navigation_WithADraft_KeepsItAndTheConversation(HtmxVersion version, string transport, bool permanent)
    {
        chromium.SkipWithout();
        await using var ollama = await FakeOllamaServer.StartAsync();
        ollama.Answer = _ => FakeAnswer.Text("one two three") with { Thinking = "Let me see." };
        string[] settings = permanent ? ["--Blazor:Permanent=true"] : [];
        await using var program = ProgramProcess.Start(
            "Pipulate.Blazor",
            Path.Combine(Repository.Root, "tests", "Pipulate.Blazor"),
            [
                "--urls=http://127.0.0.1:0", $"--Pipulate:Htmx={version}", $"--Blazor:Transport={transport}",
                $"--Pipulate:Ollama:Endpoint={ollama.Endpoint}", .. settings
            ]);
        var address = await program.ListenAsync();
        await using var visitor = await chromium.NewVisitorAsync();
        var page = await TodoPage.OpenAsync(await visitor.NewPageAsync(), address);
        await page.SayAsync("Count");
        await page.AnswerAsync();
        await page.Thinking.Locator("summary").ClickAsync();
        await page.Input.FillAsync("A draft");
        await page.Page.EvaluateAsync("() => { window.here = true; document.getElementById('msg').setSelectionRange(2, 4); }");

        // By the script, as the focus stays in the input then.
        foreach (var (to, heading) in ((string, string)[])[("counter", "Counter"), ("", "Hello"), ("counter", "Counter")])
        {
            await page.Page.EvaluateAsync("to => document.querySelector(`nav a[href=\"${to}\"]`).click()", to);
            await Expect(page.Page.Locator("h1")).ToHaveTextAsync(heading);
        }

        await Expect(page.Input).ToBeFocusedAsync();
        await page.Page.GoBackAsync();
        await Expect(page.Page.Locator("h1")).ToHaveTextAsync("Hello");
        await page.ConnectedAsync();
        Assert.True(await page.Page.EvaluateAsync<bool>("window.here"), "The page was loaded, not navigated.");
        await Expect(page.Input).ToHaveValueAsync("A draft");
        Assert.Equal("2-4", await page.Input.EvaluateAsync<string>("input => `${input.selectionStart}-${input.selectionEnd}`"));
        await Expect(page.Thinking.First).ToHaveAttributeAsync("open", "");

        await page.Input.PressAsync("Enter");
        await page.AnswerAsync(2);
        Assert.Equal(["user: Count", "assistant: one two three", "user: A draft", "assistant: one two three"], await page.ReadAsync());

        // To a page without a panel, and back to a new one.
        await page.Page.Locator("nav a", new() { HasText = "Empty" }).ClickAsync();
        await Expect(page.Panel).ToHaveCountAsync(0);
        await page.Page.Locator("nav a", new() { HasText = "Home" }).ClickAsync();
        await page.ConnectedAsync();
        await page.SayAsync("Still there?");
        await page.AnswerAsync(3);
        await Expect(page.Entries).ToHaveCountAsync(6);
        Assert.Equal(3, ollama.Chats.Count);
    }
}
