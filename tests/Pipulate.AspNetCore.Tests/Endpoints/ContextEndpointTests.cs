using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Builder;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Endpoints;

public sealed class ContextEndpointTests
{
    [Fact]
    [Trait("Row", "S-44")]
    public async Task Get_AfterTwoEvents_ListsThemAndTheNextRequestEncoded()
    {
        await using var host = await StartAsync();
        var page = await host.OpenAsync();
        await HappenAsync(page, "<b>Milk</b>");
        await HappenAsync(page, "Eggs");

        var view = await ShowAsync(page);

        Assert.Equal(["They like \"<b>Milk</b>\".", "They like \"Eggs\"."], Events(view));
        var told = view.QuerySelectorAll(".chat-context-prompt > li").ToList();
        Assert.Equal(["system", "user"], told.Select(message => message.GetAttribute("data-role")));
        Assert.Contains("\"<b>Milk</b>\"", told[1].TextContent, StringComparison.Ordinal);
        Assert.Empty(view.QuerySelectorAll(".chat-context-events b"));
    }

    [Fact]
    public async Task Forget_OneAndThenAll_IsGoneFromTheViewAndFromWhatTheModelIsTold()
    {
        await using var host = await StartAsync();
        var page = await host.OpenAsync();
        foreach (var what in new[] { "Milk", "Eggs", "Tea" })
        {
            await HappenAsync(page, what);
        }

        var view = await PressAsync(page, await ShowAsync(page), "Forget: They like \"Eggs\".");
        Assert.Equal(["They like \"Milk\".", "They like \"Tea\"."], Events(view));
        await page.TypeAsync("What do I like?");
        await page.WaitForAnswerAsync();
        Assert.DoesNotContain("Eggs", host.Ollama.Chats[0].Body, StringComparison.Ordinal);
        Assert.Contains("Milk", host.Ollama.Chats[0].Body, StringComparison.Ordinal);

        view = await PressAsync(page, await ShowAsync(page), "Forget all");
        Assert.Equal(["Nothing is recorded."], view.QuerySelectorAll(".chat-context-events > li").Select(item => item.TextContent));
        await page.TypeAsync("And now?");
        await page.WaitForAnswerAsync(2);
        Assert.DoesNotContain("Milk", host.Ollama.Chats[1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pause_UntilResumed_KeepsNothingOfWhatHappens()
    {
        await using var host = await StartAsync();
        var page = await host.OpenAsync();
        await HappenAsync(page, "Milk");

        var view = await PressAsync(page, await ShowAsync(page), "Pause");
        Assert.Contains("Paused", view.QuerySelector(".chat-context-state")!.TextContent, StringComparison.Ordinal);
        await HappenAsync(page, "a secret");
        view = await PressAsync(page, await ShowAsync(page), "Resume");
        await HappenAsync(page, "Tea");

        Assert.Equal(["They like \"Milk\"."], Events(view));
        Assert.Equal(["They like \"Milk\".", "They like \"Tea\"."], Events(await ShowAsync(page)));
    }

    [Fact]
    [Trait("Row", "S-46")]
    public async Task View_OfAnotherVisitor_HasNothingOfTheFirst()
    {
        await using var host = await StartAsync();
        var first = await host.OpenAsync();
        var other = await host.OpenAsync();
        await HappenAsync(first, "Milk");

        Assert.DoesNotContain("Milk", (await ShowAsync(other)).DocumentElement.TextContent, StringComparison.Ordinal);
        using var stranger = new HttpClient { BaseAddress = host.Address };
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync("/context", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData(false, null, "forget-all", HttpStatusCode.BadRequest)]
    [InlineData(true, "https://evil.example", "forget-all", HttpStatusCode.Forbidden)]
    [InlineData(true, null, "something-else", HttpStatusCode.BadRequest)]
    public async Task Change_WithoutTokenFromElsewhereOrUnknown_IsRefusedAndChangesNothing(
        bool withToken, string? origin, string what, HttpStatusCode expected)
    {
        await using var host = await StartAsync();
        var page = await host.OpenAsync();
        await HappenAsync(page, "Milk");
        var token = (await ShowAsync(page)).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;

        using var request = new HttpRequestMessage(HttpMethod.Post, "/context")
        {
            Content = new FormUrlEncodedContent([new("do", what), new("__RequestVerificationToken", withToken ? token : "")]),
        };
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var response = await page.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("none", Assert.Single(response.Headers.GetValues("HX-Reswap")));
        Assert.Empty(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["They like \"Milk\"."], Events(await ShowAsync(page)));
    }

    private static async Task<ChatHost> StartAsync()
    {
        var host = await ChatHost.StartAsync(
            app => app.MapPost("/like", [ChatCommentary("They like {what}.", Lane = ChatLane.Note)] (string what) => ""));
        host.Ollama.Answer = _ => FakeAnswer.Text("I see.");
        return host;
    }

    private static async Task HappenAsync(ChatPage page, string what) =>
        (await page.Http.PostAsync(
            $"/like?what={Uri.EscapeDataString(what)}", null, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

    private static async Task<IDocument> ShowAsync(ChatPage page) =>
        new HtmlParser().ParseDocument(await page.Http.GetStringAsync("/context", TestContext.Current.CancellationToken));

    private static async Task<IDocument> PressAsync(ChatPage page, IDocument view, string name)
    {
        var form = view
            .QuerySelectorAll("form")
            .Single(form => (form.QuerySelector("button")!.GetAttribute("aria-label") ?? form.TextContent) == name);
        using var content = new FormUrlEncodedContent(
            form.QuerySelectorAll("input").Select(input => KeyValuePair.Create(input.GetAttribute("name")!, input.GetAttribute("value")!)));
        using var response = await page.Http.PostAsync(form.GetAttribute("hx-post"), content, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return new HtmlParser().ParseDocument(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static IEnumerable<string> Events(IDocument view) =>
        view.QuerySelectorAll(".chat-context-events > li > span").Select(text => text.TextContent);
}
