using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>What the AI sees, as the visitor sees it.</summary>
public sealed class ContextTests(Chromium chromium)
{
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
        await page.Page.ScreenshotAsync(
            new() { Path = Path.Combine(Repository.Root, "artifacts", "screenshots", $"context-{version}.png"), FullPage = true });
    }
}
