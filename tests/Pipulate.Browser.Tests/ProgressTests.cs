using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>Work in the background that every page watches.</summary>
public sealed class ProgressTests(Chromium chromium)
{
    [Theory, OnBothVersions]
    public async Task Job_InTheBackground_ShowsItsStepsToEverybodyAndTheModelRemarksToWhoAsked(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer =
            chat => FakeAnswer.Text(chat.Messages[^1].Content.Contains("cleared away", StringComparison.Ordinal) ? "Tidy." : "Hm.");
        var page = await site.OpenAsync();
        foreach (var (title, count) in new[] { ("Milk", 1), ("Bread", 2), ("Wine", 3) })
        {
            await page.AddAsync(title);
            await Expect(page.Todos).ToHaveCountAsync(count);
        }

        await page.ToggleAsync("Milk");
        await page.ToggleAsync("Wine");
        var other = await site.OpenAsync();

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Clear away what is done" }).ClickAsync();

        // Each step is there for a moment only, so both pages are looked at together.
        await Task.WhenAll(
            new[] { page, other }.Select(watching => Expect(Work(watching).Locator(".chat-step")).ToHaveTextAsync("2/2: Wine")));
        foreach (var watching in new[] { page, other })
        {
            var work = Work(watching);
            await Expect(work).ToHaveAttributeAsync("data-state", "complete");
            await Expect(work.GetByRole(AriaRole.Progressbar, new() { Name = "Clearing away what is done" })).ToHaveAttributeAsync(
                "value", "2");
            await Expect(work).ToContainTextAsync("2 cleared away.");
            await Expect(watching.Todos).ToHaveTextAsync(["Bread"]);
            Assert.Empty(watching.Complaints);
            await watching.Page.ScreenshotAsync(
                new() { Path = Path.Combine(Repository.Root, "artifacts", "screenshots", $"progress-{version}.png") });
        }

        await Expect(TodoPage.TextOf(page.Answers().Last)).ToHaveTextAsync("Tidy.");
        await Expect(other.Answers()).ToHaveCountAsync(0);
    }

    private static ILocator Work(TodoPage page) => page.Page.Locator(".chat-entry[data-role=progress]");
}
