using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Tests.Middleware;

/// <summary>What a browser or a script asks for on its own is not what the user did.</summary>
public sealed class PrefetchTests
{
    [Theory]
    [InlineData("Sec-Purpose", "prefetch")]
    [InlineData("Sec-Purpose", "prefetch;prerender")]
    [InlineData("Sec-Purpose", "prefetch;anonymous-client-ip")]
    [InlineData("Sec-Purpose", "Prefetch")]
    [InlineData("Sec-Purpose", "prerender")]
    [InlineData("Purpose", "prefetch")]
    [InlineData("X-Purpose", "preview")]
    [InlineData("X-Moz", "prefetch")]
    [InlineData("X-Sec-Purpose", "prefetch")]
    [InlineData("HX-Preloaded", "true")]
    [InlineData("HX-History-Restore-Request", "true")]
    public async Task Get_MadeInAdvance_IsNoUserAction(string header, string value)
    {
        foreach (var all in new[] { CommentOn.Marked, CommentOn.HtmxRequests })
        {
            await using var app = await ToldApp.StartAsync(Map, configure: options => Configure(options, all));

            foreach (var path in new[] { "/page", "/unmarked" })
            {
                var told = await app.AskAsync(
                    HttpMethod.Get, path, (header, value), ("HX-Request", "true"), ("X-Chat-Event", "noted"), ("X-Chat-Message", "hello"));

                Assert.Equal((200, "the page"), (told.Status, told.Text));
                Assert.Empty(told.Events);
            }
        }
    }

    [Theory]
    [InlineData("Sec-Purpose", "something-else")]
    [InlineData("Sec-Fetch-Mode", "navigate")]
    [InlineData("HX-Boosted", "true")]
    [InlineData("HX-History-Restore-Request", "false")]
    public async Task Get_OfTheUser_IsTold(string header, string value)
    {
        await using var app = await ToldApp.StartAsync(Map);

        Assert.Equal(["looked"], (await app.AskAsync(HttpMethod.Get, "/page", (header, value))).Events);
    }

    [Fact]
    public async Task Get_MadeInAdvance_IsToldWhereTheApplicationWantsIt()
    {
        await using var app = await ToldApp.StartAsync(Map, configure: options => options.CommentOnPrefetch = true);

        Assert.Equal(["looked"], (await app.AskAsync(HttpMethod.Get, "/page", ("Sec-Purpose", "prefetch"))).Events);
        Assert.Empty((await app.AskAsync(HttpMethod.Head, "/page", ("Sec-Purpose", "prefetch"))).Events);
    }

    /// <summary>They ask what an address is, and not for what it does.</summary>
    [Theory]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    public async Task Method_ThatAsksAboutAnAddress_IsNoUserAction(string method)
    {
        await using var app = await ToldApp.StartAsync(Map);

        Assert.Empty((await app.AskAsync(
            new HttpMethod(method), "/page", ("Origin", "http://localhost"), ("Access-Control-Request-Method", "POST"))).Events);
    }

    [Fact]
    public async Task Post_WithAPurpose_IsTold()
    {
        await using var app = await ToldApp.StartAsync(Map);

        Assert.Equal(["looked"], (await app.AskAsync(HttpMethod.Post, "/page", ("Sec-Purpose", "prefetch"))).Events);
    }

    private static void Configure(PipulateOptions options, CommentOn all)
    {
        options.CommentOn = all;
        options.Events.Add("noted", "They noted {message}.");
    }

    private static void Map(WebApplication app)
    {
        app.Map("/page", [ChatCommentary("looked", On = CommentaryOutcome.Any)] (HttpContext context) => "the page");
        app.Map("/unmarked", () => "the page");
    }
}
