using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>
/// Nothing of the conversation stays in the browser when a boosted link leaves the page, and Back shows it as it is by then.
/// </summary>
public sealed class HistoryTests(Chromium chromium)
{
    [Theory, OnBothVersions]
    public async Task BoostedLink_LeavesThePage_KeepsNoConversationAndBackShowsALivingOne(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();
        site.Ollama.Answer = _ => FakeAnswer.Text("A secret answer.");
        await page.SayAsync("A secret question");
        await page.AnswerAsync(1);
        await page.Page.GetByText("What the AI sees").ClickAsync();
        await Expect(page.Page.Locator("#chat-context-body")).ToContainTextAsync("A secret question");

        await GoAsync(page, "/about");
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "About" })).ToBeVisibleAsync();
        await page.ConnectedAsync();
        Assert.DoesNotContain("secret", await StoredAsync(page), StringComparison.OrdinalIgnoreCase);

        await page.SayAsync("Another secret");
        await page.AnswerAsync(2);
        await page.Page.GoBackAsync();
        await Expect(page.Page.GetByRole(AriaRole.Textbox, new() { Name = "What is to be done?" })).ToBeVisibleAsync();
        await page.ConnectedAsync();
        await Expect(page.Entries).ToHaveCountAsync(4);
        Assert.DoesNotContain("secret", await StoredAsync(page), StringComparison.OrdinalIgnoreCase);

        await page.SayAsync("Are you there?");
        await page.AnswerAsync(3);
        await page.Page.GoForwardAsync();
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "About" })).ToBeVisibleAsync();
        await page.ConnectedAsync();
        await Expect(page.Entries).ToHaveCountAsync(6);
        Assert.DoesNotContain("secret", await StoredAsync(page), StringComparison.OrdinalIgnoreCase);
        Assert.Empty(page.Complaints);
    }

    private static Task<string> StoredAsync(TodoPage page) => page.Page.EvaluateAsync<string>(
        "() => JSON.stringify([Object.entries(sessionStorage), Object.entries(localStorage), history.state])");

    private static async Task GoAsync(TodoPage page, string address) => await page.Page.EvaluateAsync(
        """
        address => {
          const link = document.createElement('a');
          link.href = address;
          link.textContent = 'Boosted';
          link.setAttribute('hx-boost', 'true');
          document.querySelector('main').append(link);
          htmx.process(link);
          link.click();
        }
        """,
        address);
}
