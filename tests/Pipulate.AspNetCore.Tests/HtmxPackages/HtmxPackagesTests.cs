using System.Net;
using System.Text.Json.Nodes;
using AngleSharp.Html.Parser;
using Htmx;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Commentary;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.HtmxPackages;

/// <summary>The packages Htmx and Htmx.TagHelpers, which come with Pipulate.AspNetCore, on pages and endpoints of an application.</summary>
public sealed class HtmxPackagesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HtmxVersion.V2, "first")]
    [InlineData(HtmxVersion.V2, "last")]
    [InlineData(HtmxVersion.V4, "first")]
    [InlineData(HtmxVersion.V4, "last")]
    public async Task ChatEvent_BesideHtmxTagHelpers_KeepsRequestAndHeadersOfBoth(HtmxVersion version, string order)
    {
        await using var host = await StartAsync(version);
        using var http = new HttpClient { BaseAddress = host.Address };

        var page = new HtmlParser().ParseDocument(await http.GetStringAsync($"/packages/{order}", Cancellation));

        var both = page.QuerySelector("#both")!;
        Assert.Equal($"/packages/{order}?id=7", both.GetAttribute("hx-post"));
        var headers = HeadersOf(both);
        Assert.Equal(("1", "rated"), ((string?)headers["x-one"], (string?)headers[Pipulate.Commentary.HeaderEventHandler.Name]));
        Assert.Equal("/chatq", page.QuerySelector("#none")!.GetAttribute("hx-post"));
        Assert.Equal("2", (string?)HeadersOf(page.QuerySelector("#plain")!)["X-Two"]);
        Assert.Equal("rated", (string?)HeadersOf(page.QuerySelector("#plain")!)[Pipulate.Commentary.HeaderEventHandler.Name]);
        Assert.DoesNotContain(
            page.QuerySelectorAll("#both, #plain"),
            element => element.Attributes.Any(one => one.Name.StartsWith("hx-headers-", StringComparison.Ordinal)));

        // The page's own settings are the only meta, so htmx reads them; the panel's come with its script.
        var config = JsonNode.Parse(Assert.Single(page.QuerySelectorAll("meta[name=htmx-config]")).GetAttribute("content")!)!;
        Assert.Equal(3, (int?)config["historyCacheSize"]);
        Assert.NotEmpty((string?)config["antiForgery"]!["requestToken"] ?? "");
    }

    /// <summary>What Htmx writes into the response of a commented endpoint arrives, and the comment comes.</summary>
    [Theory]
    [InlineData("trigger", HttpStatusCode.OK, "HX-Trigger", "{\"rung\":{\"times\":1}}")]
    [InlineData("redirect", HttpStatusCode.OK, "HX-Redirect", "/elsewhere")]
    [InlineData("reswap", HttpStatusCode.OK, "HX-Reswap", "none")]
    [InlineData("stop", (HttpStatusCode)286, null, null)]
    public async Task Htmx_OnACommentedEndpoint_IsSentAndCommentedOn(string what, HttpStatusCode status, string? header, string? value)
    {
        await using var host = await StartAsync(HtmxVersion.V2);
        host.Ollama.Answer = _ => FakeAnswer.Text("Loud.");
        var page = await host.OpenAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/bell/{what}");
        request.Headers.Add("HX-Request", "true");

        using var response = await page.Http.SendAsync(request, Cancellation);

        Assert.Equal(status, response.StatusCode);
        if (header is not null)
        {
            Assert.Equal(value, Assert.Single(response.Headers.GetValues(header)));
        }

        Assert.Equal("Loud.", await page.WaitForAnswerAsync());
    }

    private static JsonObject HeadersOf(AngleSharp.Dom.IElement element) =>
        JsonNode.Parse(element.Attributes.Single(one => one.Name is "hx-headers" or "hx-headers:append").Value)!.AsObject();

    private static Task<ChatHost> StartAsync(HtmxVersion version) => ChatHost.StartAsync(
        app =>
        {
            app.MapRazorPages();
            app.MapPost("/bell/{what}", [ChatCommentary("They rang the bell: {what}.")] (HttpContext context, string what) =>
            {
                switch (what)
                {
                    case "stop":
                        context.Response.StopPolling();
                        break;
                    default:
                        context.Response.Htmx(headers => _ = what switch
                        {
                            "trigger" => headers.WithTrigger("rung", new { times = 1 }),
                            "redirect" => headers.Redirect("/elsewhere"),
                            _ => headers.Reswap(HtmxSwap.None),
                        });
                        break;
                }

                return Task.CompletedTask;
            });
        },
        options =>
        {
            options.Htmx = version;
            options.Events.Add("rated", "They rated it {message}.");
        },
        services => services
            .AddRazorPages(pages => pages.Conventions.AddFolderRouteModelConvention("/Broken", model => model.Selectors.Clear()))
            .AddApplicationPart(typeof(HtmxPackagesTests).Assembly));
}
