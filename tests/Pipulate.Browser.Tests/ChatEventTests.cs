using Microsoft.Playwright;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using static Microsoft.Playwright.Assertions;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>Elements that tell the chat of what is done with them: one click, both effects, once.</summary>
public sealed class ChatEventTests(Chromium chromium)
{
    [Theory, OnBothVersions]
    public async Task Radio_WithARequestOfItsOwn_LoadsItsContentAndMakesOneComment(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text($"answer {site.Ollama.Chats.Count}");
        var page = await site.OpenAsync();

        await page.Page.GetByRole(AriaRole.Radio, new() { Name = "Pirate" }).CheckAsync();
        await Expect(page.Page.Locator("#profile")).ToContainTextAsync("treasure map");
        Assert.Equal("answer 1", await page.AnswerAsync(1));
        await page.SayAsync("And?");
        Assert.Equal("answer 2", await page.AnswerAsync(2));

        // What was typed came last, so a second comment would stand before its answer.
        await Expect(page.Answers()).ToHaveCountAsync(2);
        Assert.Equal(2, site.Ollama.Chats.Count);
        Assert.StartsWith(
            "[event] They chose the profile \"Pirate\".", site.Ollama.Chats[0].Messages[^1].Content, StringComparison.Ordinal);
        Assert.Single(page.Requests, request => request == "GET /profile/Pirate");
        await page.Page.ReloadAsync();
        await Expect(page.Page.GetByRole(AriaRole.Radio, new() { Name = "Pirate" })).ToBeCheckedAsync();
        Assert.DoesNotContain("POST /chatq", page.Requests);
        Assert.Empty(page.Complaints);
    }

    [Theory, OnBothVersions]
    public async Task Menu_OfPages_LoadsEachAndTellsOfItAndTheListStillWorks(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text($"answer {site.Ollama.Chats.Count}");
        var page = await site.OpenAsync();

        await page.Page.GetByRole(AriaRole.Link, new() { Name = "About" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "About" })).ToBeVisibleAsync();
        await Expect(page.Page.Locator("nav [aria-current=page]")).ToHaveTextAsync("About");
        Assert.Equal("answer 1", await page.AnswerAsync(1));
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "Todo" }).ClickAsync();
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "Todo" })).ToBeVisibleAsync();
        Assert.Equal("answer 2", await page.AnswerAsync(2));
        await page.AddAsync("Buy milk");
        Assert.Equal("answer 3", await page.AnswerAsync(3));

        Assert.Equal(
            [
                "[event] They opened the page \"About\".", "[event] They opened the page \"Todo\".",
                "[event] They put \"Buy milk\" on the list."
            ],
            site.Ollama.Chats.Select(
                chat => chat.Messages[^1].Content[..(chat.Messages[^1].Content.IndexOf('.', StringComparison.Ordinal) + 1)]));
        Assert.Empty(page.Complaints);
    }

    /// <summary>The markup that the tag helper writes, in a place where an htmx version might do something else with it.</summary>
    [Theory, OnBothVersions]
    public async Task Headers_BesideThoseAround_BothArrive(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        var page = await site.OpenAsync();
        var attribute = version is HtmxVersion.V4 ? "hx-headers:append" : "hx-headers";

        var request = await page.Page.RunAndWaitForRequestAsync(
            () => InsertAndClickAsync(page, $$"""
                <div hx-headers='{"RequestVerificationToken":"a-token_1"}' hx-headers:inherited='{"RequestVerificationToken":"a-token_1"}'>
                  <button type="button" id="probe" hx-get="/profile/Dry" hx-swap="none" {{attribute}}='{"X-Chat-Event":"profile_change","X-Chat-Message":"%31.50%20%22%F0%9F%8F%B4"}'>Probe</button>
                </div>
                """),
            request => request.Url.Contains("/profile/Dry", StringComparison.Ordinal));

        var headers = await request.AllHeadersAsync();
        Assert.Equal("a-token_1", headers["requestverificationtoken"]);
        Assert.Equal("profile_change", headers["x-chat-event"]);
        Assert.Equal("%31.50%20%22%F0%9F%8F%B4", headers["x-chat-message"]);
    }

    /// <inheritdoc cref="Headers_BesideThoseAround_BothArrive"/>
    [Theory, OnBothVersions]
    public async Task Post_OfAnElementWithoutARequest_IsTakenAndChangesNothingOnThePage(HtmxVersion version)
    {
        await using var site = await StartAsync(chromium, version);
        site.Ollama.Answer = _ => FakeAnswer.Text("I see.");
        var page = await site.OpenAsync();
        var more = version is HtmxVersion.V2 ? """hx-params="event,message" hx-disinherit="*" """ : "";
        var html = $$"""
            <form><input name="password" value="secret">
              <select id="probe" name="message" hx-post="/chatq" hx-swap="none" hx-trigger="click" hx-vals='{"event":"app_switch","message":"a \"b\" 🏴 {c}"}' {{more}}
                hx-headers='TOKEN'><option>still here</option></select>
            </form>
            """;

        var response = await page.Page.RunAndWaitForResponseAsync(
            () => InsertAndClickAsync(page, html), response => response.Url.EndsWith("/chatq", StringComparison.Ordinal));

        Assert.Equal(204, response.Status);
        Assert.Equal(version is HtmxVersion.V4, response.Request.PostData!.Contains("secret", StringComparison.Ordinal));
        Assert.Equal("I see.", await page.AnswerAsync());
        Assert.StartsWith(
            @"[event] They opened the page ""a \""b\"" ", Assert.Single(site.Ollama.Chats).Messages[^1].Content, StringComparison.Ordinal);
        await Expect(page.Page.Locator("#probe")).ToContainTextAsync("still here");
        Assert.Empty(page.Complaints);
    }

    private static async Task InsertAndClickAsync(TodoPage page, string html) => await page.Page.EvaluateAsync(
        """
        html => {
          const main = document.querySelector('main');
          const { headerName, requestToken } = htmx.config.antiForgery, token = JSON.stringify({ [headerName]: requestToken });
          main.insertAdjacentHTML('beforeend', html.replace('TOKEN', token));
          htmx.process(main.lastElementChild);
          document.getElementById('probe').click();
        }
        """,
        html);
}
