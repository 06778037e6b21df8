using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>What other people's pages and texts have that the sample has not.</summary>
public sealed class OtherPagesTests(Chromium chromium)
{
    [Theory, OnBothVersions]
    public async Task Text_TooLong_IsCountedAndStaysInTheInput(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("heard");
        var page = await site.OpenAsync();

        await page.Input.FillAsync(new string('x', 4_001));
        await page.Input.PressAsync("Enter");

        await Expect(page.Page.Locator("#chat-count")).ToHaveTextAsync("4001 / 4000");
        await Expect(page.Page.Locator("#chat-hint")).ToHaveTextAsync("Your message has 4001 characters; at most 4000 can be sent.");
        await Expect(page.Input).ToHaveValueAsync(new string('x', 4_001));
        await page.Input.FillAsync("short");
        await Expect(page.Page.Locator("#chat-hint")).ToHaveTextAsync("");
        await page.Input.PressAsync("Enter");
        await page.AnswerAsync();
    }

    [Theory, OnBothVersions]
    public async Task Element_WithAnIdOfThePanels_LeavesTheInputAlone(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("heard");
        var page = await site.OpenAsync();
        await page.Page.EvaluateAsync(
            "document.body.insertAdjacentHTML('afterbegin', '<p id=msg></p><p id=send-btn></p><p id=input-group></p><p "
                + "id=chat-count></p>')");

        await page.Panel.Locator("#msg").FillAsync("hello");
        await page.Panel.Locator("#msg").PressAsync("Enter");

        await page.AnswerAsync();
        await Expect(page.Panel.Locator("#msg")).ToHaveValueAsync("");
    }

    [Fact]
    public async Task Table_OfSevenColumnsOnAPhone_ScrollsAndKeepsItsWords()
    {
        await using var site = await StartAsync(chromium, HtmxVersion.V2);
        site.Ollama.Answer =
            _ => FakeAnswer.Text(
                "| alpha | bravo | charlie | delta | echo | foxtrot | golf |\n|---|---|---|---|---|---|---|\n| alpha | bravo | charlie "
                    + "| delta | echo | foxtrot | golf |");
        var page = await site.OpenAsync(await site.NewVisitorAsync(width: 360));

        await page.SayAsync("table");
        await page.AnswerAsync();

        var table = page.Panel.Locator("table");
        await Expect(table).ToHaveAttributeAsync("tabindex", "0");
        Assert.InRange((await table.Locator("td").First.BoundingBoxAsync())!.Height, 1, 60);
    }

    [Fact]
    public async Task Print_OfALongConversation_HasAllOfItAndNoButtons()
    {
        await using var site = await StartAsync(chromium, HtmxVersion.V2);
        site.Ollama.Answer = _ => FakeAnswer.Text(string.Concat(Enumerable.Repeat("A line of it.\n\n", 100)));
        var page = await site.OpenAsync();
        await page.SayAsync("long");
        await page.AnswerAsync();

        await page.Page.EmulateMediaAsync(new() { Media = Media.Print });

        Assert.True(await page.Panel.EvaluateAsync<bool>("panel => panel.clientHeight >= panel.querySelector('#msg-list').scrollHeight"));
        await Expect(page.Send).ToBeHiddenAsync();
        await Expect(page.Page.Locator(".chat-actions").First).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Answer_InHebrew_IsLaidOutFromRightToLeft()
    {
        await using var site = await StartAsync(chromium, HtmxVersion.V2);
        site.Ollama.Answer = _ => FakeAnswer.Text("\u05E9\u05DC\u05D5\u05DD\n\n- \u05D0\n- \u05D1");
        var page = await site.OpenAsync();

        await page.SayAsync("\u05E9\u05DC\u05D5\u05DD");
        await page.AnswerAsync();

        foreach (var block in (string[])[".chat-entry[data-role=user] .chat-text", ".chat-entry[data-role=assistant] p", "li"])
        {
            await Expect(page.Panel.Locator(block).First).ToHaveCSSAsync("direction", "rtl");
        }
    }
}
