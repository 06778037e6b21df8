using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>How the sample looks: its hooks, its places, and pictures of it to look at.</summary>
public sealed class PageTests(Chromium chromium)
{
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
        Assert.False(
            await phone.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth"), "A phone does not scroll sideways.");
    }

    [Fact]
    public async Task Screenshots_OfTheSample_AreTaken()
    {
        // Once: the two versions of htmx show the same elements.
        const HtmxVersion version = HtmxVersion.V2;
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = chat => FakeAnswer.Text(chat.Messages[^1].Content switch
        {
            ['[', ..] report when report.Contains("changed", StringComparison.Ordinal) => "Done already? I had a speech prepared.",
            ['[', ..] report when report.Contains("milk", StringComparison.Ordinal) => "Milk. A bold start. I shall alert the cows.",
            ['[', ..] => "The ferns have been asking after you.",
            _ => "Two things, and the ferns are the urgent one.",
        });
        var page = await site.OpenAsync();
        await page.AddAsync("Buy milk");
        await page.AnswerAsync(1);
        await page.SayAsync("What is on my list?");
        await page.AnswerAsync(2);
        await page.AddAsync("Water the ferns");
        await page.AnswerAsync(3);
        await page.ToggleAsync("Buy milk");
        await page.AnswerAsync(4);

        foreach (var (name, scheme, width) in new[]
        {
            ("desktop-light", ColorScheme.Light, 1100),
            ("desktop-dark", ColorScheme.Dark, 1100),
            ("phone-light", ColorScheme.Light, 390),
            ("phone-dark", ColorScheme.Dark, 390)
        })
        {
            await page.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await page.Page.SetViewportSizeAsync(width, 760);
            var file = Path.Combine(Repository.Root, "artifacts", "screenshots", $"{name}.png");
            await page.Page.ScreenshotAsync(new() { Path = file, FullPage = true });
            Assert.True(new FileInfo(file).Length > 5_000);
        }
    }

    private static async Task<LocatorBoundingBoxResult> BoxAsync(TodoPage page, string selector) =>
        (await page.Page.Locator(selector).BoundingBoxAsync())!;
}
