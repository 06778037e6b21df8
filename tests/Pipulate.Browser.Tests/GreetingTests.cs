using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>What a panel says and offers before anything was said.</summary>
public sealed class GreetingTests(Chromium chromium)
{
    private const string Suggestion = "What have I done so far?";

    [Theory, OnBothVersions]
    public async Task Suggestion_ClickedTwice_IsSaidOnceAndTheGreetingMakesRoom(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await OpenAsync(site);
        var button = page.Page.GetByRole(AriaRole.Button, new() { Name = Suggestion });
        await Expect(page.Page.Locator("#chat-greeting")).ToContainTextAsync("Do something");
        await page.Input.FillAsync("a draft");

        // Before the page hears of the first: as a hurried finger does.
        await button.EvaluateAsync("b => { b.click(); b.click(); }");
        await page.AnswerAsync(1);
        await page.SayAsync("And now?");
        await page.AnswerAsync(2);

        await Expect(page.Entries).ToHaveCountAsync(4);
        await Expect(TodoPage.TextOf(page.Entries.First)).ToHaveTextAsync(Suggestion);
        await Expect(page.Page.Locator("#chat-greeting")).ToBeHiddenAsync();
        Assert.Equal(2, site.Ollama.Chats.Count);
        Assert.Empty(page.Complaints);
    }

    [Theory, OnBothVersions]
    public async Task Suggestion_WhileNotConnected_IsNotSentLater(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await OpenAsync(site);
        await SayThatItIsAsync(page, version is HtmxVersion.V2 ? "htmx:wsClose" : "htmx:ws:close");
        await Expect(page.Panel).ToHaveAttributeAsync("data-connection", "closed");
        var sent = 0;
        page.OnSent(_ => Interlocked.Increment(ref sent));

        await page.Page.GetByRole(AriaRole.Button, new() { Name = Suggestion }).ClickAsync();
        await SayThatItIsAsync(page, version is HtmxVersion.V2 ? "htmx:wsOpen" : "htmx:ws:after:connection");
        await page.ConnectedAsync();
        await page.SayAsync("Only this");
        await page.AnswerAsync(1);

        Assert.Equal(1, sent);
        await Expect(page.Entries).ToHaveCountAsync(2);
    }

    [Theory, OnBothVersions]
    public async Task Suggestion_BesideAStream_IsPosted(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version, settings: "--Sample:Transport=sse");
        var page = await OpenAsync(site);

        await page.Page.GetByRole(AriaRole.Button, new() { Name = Suggestion }).ClickAsync();
        await page.AnswerAsync(1);

        await Expect(TodoPage.TextOf(page.Entries.First)).ToHaveTextAsync(Suggestion);
    }

    /// <summary>Sends what htmx says when the connection opens or closes, while it stays as it is.</summary>
    private static async Task SayThatItIsAsync(TodoPage page, string name) =>
        await page.Panel.EvaluateAsync("(panel, name) => panel.dispatchEvent(new CustomEvent(name, { bubbles: true }))", name);

    private static async Task<TodoPage> OpenAsync(SampleSite site)
    {
        site.Ollama.Answer = _ => FakeAnswer.Text("Nothing at all.");
        return await site.OpenAsync();
    }
}
