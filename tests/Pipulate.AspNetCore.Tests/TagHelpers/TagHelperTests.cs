using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.TagHelpers;

namespace Pipulate.Tests.TagHelpers;

public sealed class TagHelperTests
{
    [Theory]
    [InlineData(HtmxVersion.V2, "hx-ext=ws ws-connect=/ws", "ws-send")]
    [InlineData(HtmxVersion.V4, "hx-ws:connect=/ws hx-swap=none hx-trigger=load, pageshow from:window delay:500ms", "hx-ws:send")]
    public async Task ChatPanel_ForAVersion_HasItsAttributesAndTheStableHooks(HtmxVersion version, string connect, string send)
    {
        var page = await RenderAsync(
            version,
            context => new ChatPanelTagHelper { ViewContext = context, Placeholder = "Well?", Autofocus = true, Value = "a \"draft\"" });

        var panel = page.GetElementById("chat-panel")!;
        foreach (var attribute in connect.Split(' ').Where(part => part.Contains('=', StringComparison.Ordinal)))
        {
            var (name, value) = (attribute.Split('=')[0], attribute.Split('=')[1]);
            Assert.StartsWith(value, panel.GetAttribute(name), StringComparison.Ordinal);
        }

        Assert.Equal("log", page.GetElementById("msg-list")!.GetAttribute("role"));
        Assert.Equal("off", page.GetElementById("msg-list")!.GetAttribute("aria-live"));
        Assert.True(page.QuerySelector("form#chat-command")!.HasAttribute(send));
        Assert.Equal("stop", page.QuerySelector("#chat-command #chat-stop")!.GetAttribute("value"));
        Assert.Equal("status", page.GetElementById("chat-status")!.GetAttribute("role"));
        Assert.True(page.GetElementById("chat-form")!.HasAttribute(send));
        var input = page.QuerySelector("#chat-form #input-group #msg")!;
        Assert.Equal("msg", input.GetAttribute("name"));
        Assert.Equal("Message", input.GetAttribute("aria-label"));
        Assert.Equal("Well?", input.GetAttribute("placeholder"));
        Assert.Equal(("TEXTAREA", "a \"draft\""), (input.TagName, input.TextContent));
        Assert.True(input.HasAttribute("autofocus"));
        Assert.Equal("4000", input.GetAttribute("data-most"));
        Assert.Null(input.GetAttribute("maxlength"));
        Assert.Equal("Send", page.QuerySelector("#input-group #send-btn")!.TextContent);
        Assert.NotEmpty(page.QuerySelector("input[name=mid]#msg-id")!.GetAttribute("value")!);
    }

    [Theory]
    [InlineData(HtmxVersion.V2, "htmx2/htmx.min.js htmx2/ws.min.js pipulate.htmx2.js pipulate.js")]
    [InlineData(HtmxVersion.V4, "htmx4/htmx.min.js htmx4/hx-ws.min.js pipulate.htmx4.js pipulate.js")]
    public async Task ChatAssets_ForAVersion_BringsItsFilesFromTheApplication(HtmxVersion version, string files)
    {
        var page = await RenderAsync(version, context => new ChatAssetsTagHelper { ViewContext = context });

        Assert.Equal(
            files.Split(' ').Select(file => "/_content/Pipulate.AspNetCore/" + file),
            page.QuerySelectorAll("script").Select(script => script.GetAttribute("src")));
        Assert.All(
            page.QuerySelectorAll("script"),
            script => Assert.False(script.HasAttribute("defer"), "htmx 4 may begin before a deferred extension is there."));
        Assert.Equal("/_content/Pipulate.AspNetCore/pipulate.css", page.QuerySelector("link")!.GetAttribute("href"));
        Assert.Null(page.QuerySelector("meta"));
        var config = JsonNode.Parse(page.QuerySelectorAll("script")[^1].GetAttribute("data-htmx-config")!)!;
        Assert.Equal(0, (int?)config["usual"]!["defaultSettleDelay"]);
        Assert.Equal(version is HtmxVersion.V2 ? false : null, (bool?)config["always"]?["allowScriptTags"]);
    }

    [Fact]
    public async Task ChatAssets_WithoutHtmx_BringsOnlyOurOwn()
    {
        var page = await RenderAsync(HtmxVersion.V2, context => new ChatAssetsTagHelper { ViewContext = context, Htmx = false });

        Assert.Equal(
            ["/_content/Pipulate.AspNetCore/pipulate.htmx2.js", "/_content/Pipulate.AspNetCore/pipulate.js"],
            page.QuerySelectorAll("script").Select(script => script.GetAttribute("src")));
        Assert.Null(page.QuerySelector("[data-htmx-config]"));
    }

    [Theory]
    [InlineData(HtmxVersion.V2, "ws-connect", "ws-send")]
    [InlineData(HtmxVersion.V4, "hx-ws:connect", "hx-ws:send")]
    public async Task ChatConnectAndSend_OnAnElement_BecomeTheVersionsAttributes(HtmxVersion version, string connect, string send)
    {
        var connected = await RenderAsync(version, context => new ChatConnectTagHelper { ViewContext = context }, "div");
        var sender = await RenderAsync(version, context => new ChatSendTagHelper { ViewContext = context }, "form");

        Assert.Equal("/ws", connected.QuerySelector("div")!.GetAttribute(connect));
        Assert.True(sender.QuerySelector("form")!.HasAttribute(send));
    }

    [Fact]
    public async Task ChatPanel_OfAVisitorWhoHasSpoken_HoldsTheConversationEncoded()
    {
        await using var host = await ChatHost.StartAsync(app => Map(app, context => new ChatPanelTagHelper { ViewContext = context }));
        var page = await host.OpenAsync();
        await page.TypeAsync("<b>hello</b>");
        await page.WaitForAnswerAsync();

        var html = await page.Http.GetStringAsync("/render", TestContext.Current.CancellationToken);

        var entries = new HtmlParser().ParseDocument(html).QuerySelectorAll("#msg-list > .chat-entry").ToList();
        Assert.Equal(["user", "assistant"], entries.Select(entry => entry.GetAttribute("data-role")));
        Assert.Equal("<b>hello</b>", entries[0].TextContent);
        Assert.Matches("^again [0-9a-f]{32}$", entries[1].QuerySelector("button[form=chat-command]")!.GetAttribute("value"));
    }

    [Fact]
    public async Task ChatPanel_ForANewVisitor_GivesTheCookieThatTheSocketThenHas()
    {
        await using var host = await ChatHost.StartAsync(app => Map(app, context => new ChatPanelTagHelper { ViewContext = context }));
        var visitor = new CookieContainer();
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = visitor }) { BaseAddress = host.Address };

        await http.GetStringAsync("/render", TestContext.Current.CancellationToken);
        var given = Assert.Single(visitor.GetAllCookies()).Value;
        await host.OpenAsync(visitor);

        Assert.Equal(given, Assert.Single(visitor.GetAllCookies()).Value);
    }

    [Fact]
    public async Task ChatPanel_WithAPrefixAndAPathBase_OpensTheSocketThere()
    {
        var app = WebApplication.CreateSlimBuilder();
        app.Services.AddRouting().AddPipulate();
        await using var built = app.Build();
        built.MapPipulate("/chat");
        var context = new DefaultHttpContext { RequestServices = built.Services, Request = { PathBase = "/base" } };

        // The endpoints are there only once the application runs.
        built.Urls.Add("http://127.0.0.1:0");
        await built.StartAsync(TestContext.Current.CancellationToken);
        var page = await RenderAsync(new ChatConnectTagHelper { ViewContext = new ViewContext { HttpContext = context } }, "div");

        Assert.Contains("ws-connect=\"/base/chat/ws\"", page, StringComparison.Ordinal);
    }

    private static async Task<IDocument> RenderAsync(HtmxVersion version, Func<ViewContext, TagHelper> helper, string element = "x")
    {
        await using var host = await ChatHost.StartAsync(app => Map(app, helper, element), options => options.Htmx = version);
        using var http = new HttpClient { BaseAddress = host.Address };
        return new HtmlParser().ParseDocument(await http.GetStringAsync("/render", TestContext.Current.CancellationToken));
    }

    private static void Map(WebApplication app, Func<ViewContext, TagHelper> helper, string element = "x") =>
        app.MapGet("/render", async Task<IResult> (HttpContext context) =>
            Results.Text(await RenderAsync(helper(new ViewContext { HttpContext = context }), element), "text/html"));

    private static async Task<string> RenderAsync(TagHelper helper, string element)
    {
        var context = new TagHelperContext(element, [], new Dictionary<object, object>(), "id");
        var output = new TagHelperOutput(element, [], (_, _) => Task.FromResult<TagHelperContent>(new DefaultTagHelperContent()));
        await helper.ProcessAsync(context, output);
        await using var html = new StringWriter();
        output.WriteTo(html, HtmlEncoder.Default);
        return html.ToString();
    }
}
