using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Pipulate.Tests.Endpoints;

namespace Pipulate.Tests.Commentary;

public sealed class HeaderEventHandlerTests
{
    [Theory]
    [InlineData("/ok", 200, true)]
    [InlineData("/none", 204, true)]
    [InlineData("/moved", 302, true)]
    [InlineData("/missing", 404, false)]
    [InlineData("/nowhere", 404, false)]
    [InlineData("/bad", 400, false)]
    [InlineData("/broken", 500, false)]
    [InlineData("/throws", 500, false)]
    [InlineData("/silent", 200, false)]
    public async Task Request_WithAnEvent_IsHeardWhenItSucceeded(string path, int status, bool heard)
    {
        await using var host = await StartAsync();
        var page = await host.OpenAsync();

        Assert.Equal(status, await GetAsync(page, path, "noted", "Pirate%20%E2%98%A0"));

        Assert.Equal(heard ? ["They chose \"Pirate ☠\"."] : [], await page.HeardAsync());
    }

    [Theory]
    [InlineData("unheard_of", "x", null, null)]
    [InlineData("", "x", null, null)]
    [InlineData("noted", "", null, null)]
    [InlineData("noted", "%20", null, null)]
    [InlineData("noted", "x", "Origin", "https://evil.example")]
    [InlineData("noted", "x", "Sec-Fetch-Site", "cross-site")]
    public async Task Request_WithAnEventThatIsNone_IsServedAndNotHeard(string name, string message, string? header, string? value)
    {
        await using var host = await StartAsync();
        var page = await host.OpenAsync();

        Assert.Equal(200, await GetAsync(page, "/ok", name, message, header, value));

        Assert.Empty(await page.HeardAsync());
    }

    [Fact]
    public async Task Request_ToAnErrorPageThatSucceeds_IsStillAFailure()
    {
        await using var host = await StartAsync(before: app => app.UseExceptionHandler("/ok"));
        var page = await host.OpenAsync();

        await GetAsync(page, "/throws", "noted", "x");

        Assert.Empty(await page.HeardAsync());
    }

    [Fact]
    public async Task Request_WithAnEventToAMarkedEndpoint_TellsBothAndWithAllOfHtmxOnlyTheEvent()
    {
        await using var host = await StartAsync(options => options.CommentOn = CommentOn.HtmxRequests);
        var page = await host.OpenAsync();

        await GetAsync(page, "/ok", "noted", "A");
        Assert.Equal(["They chose \"A\"."], await page.HeardAsync());
        await GetAsync(page, "/marked", "noted", "B");
        Assert.Equal(["They chose \"A\".", "They chose \"B\".", "Marked."], await page.HeardAsync());
    }

    [Fact]
    public async Task Requests_FasterThanTheLimit_AreServedAndHeardUpToIt()
    {
        await using var host = await StartAsync(options => (options.Limits.MessageBurst, options.Limits.MessagesPerMinute) = (3, 1));
        var page = await host.OpenAsync();

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(200, await GetAsync(page, "/ok", "noted", $"{i}"));
        }

        Assert.Equal(3, (await page.HeardAsync()).Count);
    }

    [Fact]
    public async Task Message_LongerThanAnEvent_IsCut()
    {
        await using var host = await StartAsync();
        var page = await host.OpenAsync();

        await GetAsync(page, "/ok", "noted", new string('x', 3_000));

        Assert.InRange(Assert.Single(await page.HeardAsync()).Length, 490, 510);
    }

    private static Task<ChatHost> StartAsync(Action<PipulateOptions>? configure = null, Action<WebApplication>? before = null) =>
        EventPage.StartAsync(
        configure,
        app =>
        {
            before?.Invoke(app);
            app.MapGet("/ok", () => "fine");
            app.MapGet("/none", () => Results.NoContent());
            app.MapGet("/moved", () => Results.Redirect("/ok"));
            app.MapGet("/missing", () => Results.NotFound());
            app.MapGet("/bad", () => Results.BadRequest());
            app.MapGet("/broken", () => Results.StatusCode(500));
            app.MapGet("/throws", string () => throw new InvalidOperationException("no"));
            app.MapGet("/silent", () => "fine").DisableChatCommentary();
            app.MapGet("/marked", [ChatCommentary("Marked.", Lane = ChatLane.Note)] () => "fine");
        },
        ollama: false);

    private static async Task<int> GetAsync(
        ChatPage page, string path, string name, string message, string? header = null, string? value = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("X-Chat-Event", name);
        request.Headers.TryAddWithoutValidation("X-Chat-Message", message);
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        using var response = await page.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }
}
