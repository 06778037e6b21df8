using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Pipulate.TagHelpers;

namespace Pipulate.Tests.TagHelpers;

public sealed class StreamTagHelperTests
{
    [Theory]
    [InlineData(HtmxVersion.V2, "hx-ext=sse sse-connect=/sse sse-swap=message sse-close=chat-closed hx-disinherit=*")]
    [InlineData(HtmxVersion.V4, "hx-sse:connect=/sse hx-sse:close=chat-closed hx-swap=none hx-sync=this:drop")]
    public async Task ChatPanel_ByStream_ConnectsThereAndPostsItsForm(HtmxVersion version, string connect)
    {
        var page = await RenderAsync(version, context => [new ChatPanelTagHelper { ViewContext = context, Transport = "sse" }]);

        AssertConnects(page.GetElementById("chat-panel")!, connect);
        AssertPosts(page.GetElementById("chat-form")!);
        AssertPosts(page.GetElementById("chat-command")!);
        Assert.DoesNotContain(page.All.SelectMany(element => element.Attributes), attribute =>
            attribute.Name.StartsWith("ws-", StringComparison.Ordinal) || attribute.Name.StartsWith("hx-ws", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ws")]
    public async Task ChatPanel_WithoutATransport_IsOnTheSocket(string? transport)
    {
        var page = await RenderAsync(HtmxVersion.V2, context => [new ChatPanelTagHelper { ViewContext = context, Transport = transport }]);

        Assert.Equal("/ws", page.GetElementById("chat-panel")!.GetAttribute("ws-connect"));
        Assert.True(page.GetElementById("chat-form")!.HasAttribute("ws-send"));
    }

    [Fact]
    public async Task ChatPanel_OfAnUnknownTransport_SaysWhichThereAre()
    {
        Exception? exception = null;
        await using var host = await ChatHost.StartAsync(
            app => app.MapGet("/render", async (HttpContext context) =>
            {
                exception = await Record.ExceptionAsync(() =>
                    RenderAsync(new ChatPanelTagHelper { ViewContext = new ViewContext { HttpContext = context }, Transport = "SSE" }));
                return Results.Ok();
            }),
            ollama: false);
        using var http = new HttpClient { BaseAddress = host.Address };
        await http.GetAsync("/render", TestContext.Current.CancellationToken);

        Assert.Equal(
            "The transport of <chat-panel> is \"SSE\". Write \"ws\" for the WebSocket, or \"sse\" for server-sent events.",
            Assert.IsType<InvalidOperationException>(exception).Message);
    }

    [Theory]
    [InlineData(HtmxVersion.V2, "htmx2/htmx.min.js htmx2/ws.min.js htmx2/sse.min.js pipulate.htmx2.js pipulate.js")]
    [InlineData(HtmxVersion.V4, "htmx4/htmx.min.js htmx4/hx-ws.min.js htmx4/hx-sse.min.js pipulate.htmx4.js pipulate.js")]
    public async Task ChatAssets_OfAViewWithSuchAPanelOrThatSaysSo_BringTheExtension(HtmxVersion version, string files)
    {
        var behind = await RenderAsync(version, context => [
            new ChatPanelTagHelper { ViewContext = context, Transport = "sse" }, new ChatAssetsTagHelper { ViewContext = context }
        ]);
        var connected = await RenderAsync(
            version, context => [new ChatConnectTagHelper { ViewContext = context }, new ChatAssetsTagHelper { ViewContext = context }]);
        var told = await RenderAsync(version, context => [
            new ChatAssetsTagHelper { ViewContext = context, Transport = "sse" },
            new ChatPanelTagHelper { ViewContext = context, Transport = "sse" }
        ]);

        foreach (var page in new[] { behind, connected, told })
        {
            Assert.Equal(files.Split(' '), Scripts(page));
        }
    }

    [Theory]
    [InlineData(HtmxVersion.V2, "htmx2/sse.min.js")]
    [InlineData(HtmxVersion.V4, "htmx4/hx-sse.min.js")]
    public async Task ChatPanel_BehindAssetsThatDidNotKnow_BringsTheExtensionOnceAndBeforeItself(HtmxVersion version, string file)
    {
        var page = await RenderAsync(version, context => [
            new ChatAssetsTagHelper { ViewContext = context }, new ChatPanelTagHelper { ViewContext = context, Transport = "sse" }
        ]);

        Assert.Equal(file, Scripts(page)[^1]);
        Assert.Equal("SCRIPT", page.GetElementById("chat-panel")!.PreviousElementSibling!.TagName);
        Assert.Single(Scripts(page), script => script == file);
    }

    [Fact]
    public async Task ChatPanel_OfAPageThatBringsHtmxItself_LeavesTheExtensionToIt()
    {
        var page = await RenderAsync(
            HtmxVersion.V2, context => [
                new ChatAssetsTagHelper { ViewContext = context, Htmx = false },
                new ChatPanelTagHelper { ViewContext = context, Transport = "sse" }
            ]);

        Assert.Equal(["pipulate.htmx2.js", "pipulate.js"], Scripts(page));
    }

    [Theory]
    [InlineData(HtmxVersion.V2, "hx-ext=sse sse-connect=/sse")]
    [InlineData(HtmxVersion.V4, "hx-sse:connect=/sse")]
    public async Task ChatConnectAndSend_ByStream_BecomeTheVersionsAttributes(HtmxVersion version, string connect)
    {
        var page = await RenderAsync(
            version, context => [new ChatConnectTagHelper { ViewContext = context }, new ChatSendTagHelper { ViewContext = context }]);

        AssertConnects(page.QuerySelectorAll("x")[0], connect);
        AssertPosts(page.QuerySelectorAll("x")[1]);
    }

    private static void AssertConnects(IElement element, string attributes)
    {
        foreach (var attribute in attributes.Split(' '))
        {
            Assert.Equal(
                attribute[(attribute.IndexOf('=', StringComparison.Ordinal) + 1)..],
                element.GetAttribute(attribute[..attribute.IndexOf('=', StringComparison.Ordinal)]));
        }
    }

    private static void AssertPosts(IElement form)
    {
        Assert.Equal("/message", form.GetAttribute("hx-post"));
        Assert.StartsWith("none", form.GetAttribute("hx-swap"), StringComparison.Ordinal);
        Assert.NotEmpty(
            JsonDocument.Parse(form.GetAttribute("hx-headers")!).RootElement.GetProperty("RequestVerificationToken").GetString()!);
    }

    private static List<string> Scripts(IDocument page) =>
        [.. page
            .QuerySelectorAll("script")
            .Select(script => script.GetAttribute("src")!.Replace("/_content/Pipulate.AspNetCore/", "", StringComparison.Ordinal))];

    private static async Task<IDocument> RenderAsync(HtmxVersion version, Func<ViewContext, TagHelper[]> helpers)
    {
        await using var host = await ChatHost.StartAsync(
            app => app.MapGet("/render", async (HttpContext context) =>
            {
                var html = new StringBuilder("<body>");
                foreach (var helper in helpers(new ViewContext { HttpContext = context }))
                {
                    html.Append(await RenderAsync(helper));
                }

                return Results.Text(html.ToString(), "text/html");
            }),
            options => options.Htmx = version,
            ollama: false);
        using var http = new HttpClient { BaseAddress = host.Address };
        return new HtmlParser().ParseDocument(await http.GetStringAsync("/render", TestContext.Current.CancellationToken));
    }

    private static async Task<string> RenderAsync(TagHelper helper)
    {
        var context = new TagHelperContext("x", [], new Dictionary<object, object>(), "id");
        var output = new TagHelperOutput(
            "x",
            helper is ChatConnectTagHelper ? [new("chat-connect", "sse")] : [new("chat-send", "sse")],
            (_, _) => Task.FromResult<TagHelperContent>(new DefaultTagHelperContent()));
        await helper.ProcessAsync(context, output);
        await using var html = new StringWriter();
        output.WriteTo(html, HtmlEncoder.Default);
        return html.ToString();
    }
}
