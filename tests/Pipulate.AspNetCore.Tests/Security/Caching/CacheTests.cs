using System.Net.Http.Json;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pipulate.Tests.Security.Caching;

/// <summary>
/// Nothing that carries a visitor's words is stored by a cache, in the process or on the way, and given to the next visitor.
/// </summary>
public sealed class CacheTests
{
    private static readonly string[] Pages =
    [
        "/html", "/before", "/after", "/kept", "/callback", "/component", "/error-page",
        "/panel-page", "/conversations-page", "/parts-page", "/in-cache/behind",
    ];

    private static readonly string[] Endpoints =
    [
        "/context", "/conversations", "/conversations/first.md", "/conversations/first.json", "/conversations/none.md", "/sse", "/ws",
        "/sse?conversation=none", "/ws?conversation=none",
    ];

    [Theory]
    [Trait("Row", "S-54")]
    [InlineData("output-base")]
    [InlineData("output-endpoint")]
    [InlineData("output-attribute")]
    [InlineData("output-eager")]
    [InlineData("output-distributed")]
    [InlineData("response")]
    [InlineData("nginx")]
    public async Task Get_BehindACache_HasNothingOfAnotherVisitor(string cache)
    {
        await using var site = await CachedSite.StartAsync(cache);
        using var anna = await site.EnterAsync("words-of-anna");
        using var bert = await site.EnterAsync("words-of-bert");
        foreach (var address in Pages.Concat(Endpoints))
        {
            HttpMethod[] methods = address.StartsWith("/sse", StringComparison.Ordinal)
                ? [HttpMethod.Get]
                : [HttpMethod.Head, HttpMethod.Get, HttpMethod.Get];
            foreach (var method in methods)
            {
                await anna.GetAsync(address, method);
            }

            foreach (var method in methods)
            {
                var (response, text) = await bert.GetAsync(address, method);
                Assert.DoesNotContain(anna.Secrets, secret => text.Contains(secret, StringComparison.Ordinal));
                if (response.StatusCode is not System.Net.HttpStatusCode.MethodNotAllowed)
                {
                    var said = response.Headers;
                    Assert.False(response.Headers.Contains("Age"), $"{method} {address} came from a cache.");
                    Assert.True(
                        said.CacheControl is { NoStore: true, Private: true, Public: false, MaxAge: null }, $"{method} {address}: {text}");
                    Assert.Null(response.Content.Headers.Expires);
                    Assert.Null(response.Headers.ETag);
                    Assert.Null(response.Content.Headers.LastModified);
                    Assert.DoesNotContain(said, header => header.Key is "Surrogate-Control" or "CDN-Cache-Control" or "X-Accel-Expires");
                    Assert.True(
                        !said.TryGetValues("X-Cache", out var hit) || hit.Single() is "MISS" or "BYPASS", $"nginx had {method} {address}.");
                }

                response.Dispose();
            }
        }
    }

    [Theory]
    [InlineData("output-base")]
    [InlineData("output-eager")]
    [InlineData("response")]
    [InlineData("nginx")]
    public async Task Get_OfAPageWithoutAPanel_IsCachedAsBefore(string cache)
    {
        await using var site = await CachedSite.StartAsync(cache);
        using var http = new HttpClient { BaseAddress = site.Address };
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("the same for all", await http.GetStringAsync("/cached", TestContext.Current.CancellationToken));
        }

        Assert.Equal(1, site.Served("/cached"));
    }

    [Theory]
    [InlineData("output-eager")]
    [InlineData("nginx")]
    public async Task Get_BySomebodyNew_GivesACookieToNobodyElse(string cache)
    {
        await using var site = await CachedSite.StartAsync(cache);
        foreach (var path in Pages.Append("/sse"))
        {
            var cookies = new HashSet<string>();
            for (var i = 0; i < 3; i++)
            {
                using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = site.Address };
                using var response =
                    await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
                var all = response.Headers.TryGetValues("Set-Cookie", out var set) ? set : [];
                Assert.All(
                    all.Where(cookie => cookie.StartsWith("pipulate.", StringComparison.Ordinal)),
                    cookie => Assert.True(cookies.Add(cookie), path));
            }
        }
    }

    [Theory]
    [InlineData("/message")]
    [InlineData("/chatq")]
    [InlineData("/context")]
    [InlineData("/conversations")]
    [InlineData("/conversations/delete")]
    [InlineData("/conversations/none/rename")]
    public async Task Post_OfAnyKindThatIsRefused_ForbidsStoring(string path)
    {
        await using var site = await CachedSite.StartAsync("output-eager");
        using var http = new HttpClient { BaseAddress = site.Address };
        using var json = await http.PostAsJsonAsync(path, "x", TestContext.Current.CancellationToken);
        using var form = await http.PostAsync(path, new FormUrlEncodedContent([new("msg", "x")]), TestContext.Current.CancellationToken);
        http.DefaultRequestHeaders.Add("Origin", "https://elsewhere.example");
        using var foreign = await http.PostAsync(path, new FormUrlEncodedContent([new("msg", "x")]), TestContext.Current.CancellationToken);

        Assert.All(new[] { json, form, foreign }, response =>
        {
            Assert.InRange((int)response.StatusCode, 400, 499);
            Assert.True(response.Headers.CacheControl is { NoStore: true, Private: true }, $"{path} {response.StatusCode}");
        });
    }

    [Fact]
    public async Task Metadata_OfEachEndpoint_SaysThatNothingIsStored()
    {
        await using var site = await CachedSite.StartAsync("output-endpoint");
        var ours = site.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Where(endpoint => endpoint.DisplayName?.StartsWith("Pipulate", StringComparison.Ordinal) is true);

        Assert.NotEmpty(ours);
        Assert.All(ours, endpoint => Assert.True(endpoint.Metadata.GetMetadata<OutputCacheAttribute>()?.NoStore));
    }

    [Theory]
    [Trait("Row", "S-55")]
    [InlineData("/in-cache/tag", "<chat-panel>")]
    [InlineData("/in-cache/partial", "<chat-panel>")]
    [InlineData("/in-cache/html", "<chat-panel>")]
    [InlineData("/in-cache/list", "<chat-conversations>")]
    [InlineData("/in-cache/event", "chat-event")]
    [InlineData("/in-distributed-cache/tag", "<chat-panel>")]
    [InlineData("/in-distributed-cache/partial", "<chat-panel>")]
    public async Task Panel_InACacheTag_FailsAndSaysWhatToDo(string path, string what)
    {
        await using var site = await CachedSite.StartAsync("none");
        using var http = new HttpClient { BaseAddress = site.Address };
        for (var i = 0; i < 2; i++)
        {
            using var response = await http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(System.Net.HttpStatusCode.InternalServerError, response.StatusCode);
        }

        var told = site.Host.Logs.Lines
            .Where(line => line.Text.Contains("cannot stand inside <cache> or <distributed-cache>", StringComparison.Ordinal));
        Assert.NotEmpty(told);
        Assert.All(told, line => Assert.Contains(what, line.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/in-cache/behind")]
    [InlineData("/in-distributed-cache/behind")]
    [InlineData("/in-cache/tag/false")]
    [InlineData("/in-distributed-cache/partial/false")]
    [InlineData("/in-cache/none")]
    public async Task Panel_BesideACacheTagOrInOneThatIsOff_IsRendered(string path)
    {
        await using var site = await CachedSite.StartAsync("none");
        using var http = new HttpClient { BaseAddress = site.Address };
        for (var i = 0; i < 2; i++)
        {
            var page = await http.GetStringAsync(path, TestContext.Current.CancellationToken);
            Assert.Contains("Behind", page, StringComparison.Ordinal);
            Assert.Equal(!path.EndsWith("none", StringComparison.Ordinal), page.Contains("id=\"chat-panel\"", StringComparison.Ordinal));
        }
    }

    [Fact]
    [Trait("Row", "S-54")]
    public async Task Panel_RenderedWhenItsPageHasBegun_HoldsNothingAndSaysSo()
    {
        await using var site = await CachedSite.StartAsync("output-eager");
        using var anna = await site.EnterAsync("words-of-anna");

        var (_, late) = await anna.GetAsync("/late");
        Assert.Contains("id=\"chat-panel\"", late, StringComparison.Ordinal);
        Assert.DoesNotContain(anna.Secrets, secret => late.Contains(secret, StringComparison.Ordinal));
        Assert.Contains(
            site.Host.Logs.Lines, line => line.Text.Contains("/late was rendered when its page had begun", StringComparison.Ordinal));

        var (_, careful) = await anna.GetAsync("/late-but-private");
        Assert.Contains("words-of-anna", careful, StringComparison.Ordinal);
        Assert.DoesNotContain(site.Host.Logs.Lines, line => line.Text.Contains("/late-but-private was", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_WithTheTokensOfForms_IsNotWarnedOf()
    {
        await using var site = await CachedSite.StartAsync("none");
        using var anna = await site.EnterAsync("words-of-anna");
        await anna.GetAsync("/html-and-token");

        Assert.DoesNotContain(
            site.Host.Logs.Lines,
            line => line.Level >= LogLevel.Warning && line.Category.Contains("Antiforgery", StringComparison.Ordinal));
    }
}
