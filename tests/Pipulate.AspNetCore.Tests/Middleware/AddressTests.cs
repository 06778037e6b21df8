using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipulate.Conversations;
using Pipulate.TagHelpers;
using Pipulate.Tests.Endpoints;

namespace Pipulate.Tests.Middleware;

/// <summary>Addresses with route values, path bases and queries of the application's own.</summary>
public sealed class AddressTests
{
    private static readonly Dictionary<string, Action<WebApplication>> Prefixes = new()
    {
        ["prefix"] = app => app.MapPipulate("/{tenant}/chat"),
        ["group"] = app => app.MapGroup("/{tenant}").MapPipulate("/chat"),
        ["default"] = app => app.MapPipulate("/{tenant=main}/chat"),
        ["constraint"] = app => app.MapPipulate("{tenant:minlength(2)}/chat"),
        ["inside a segment"] = app => app.MapGroup("/{tenant}").MapGroup("/chat").MapPipulate(),
    };

    public static TheoryData<string, string, HtmxVersion> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, HtmxVersion>();
            foreach (var prefix in Prefixes.Keys)
            {
                foreach (var tenant in new[] { "acme", "Müller%20%26%20Söhne", "100%25", "a%3Fb%23c", "ws", "chat", "conversations", "Ab" })
                {
                    cases.Add(prefix, tenant, tenant == "acme" ? HtmxVersion.V4 : HtmxVersion.V2);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Addresses_UnderARouteValue_AreThoseOfTheRequest(string prefix, string tenant, HtmxVersion version)
    {
        await using var app = await StartAsync(Prefixes[prefix], version, pathBase: "/base");
        var cookies = new CookieContainer();
        using var http = new HttpClient(
            new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false })
        { BaseAddress = new Uri(app.Urls.First()) };

        var page = await LoadAsync(http, $"/base/{tenant}/page");

        var root = new Uri(http.BaseAddress, $"/base/{tenant}/chat/").AbsolutePath;
        Assert.Equal(
            root + "ws",
            page.GetElementById("chat-panel")!.GetAttribute(version is HtmxVersion.V4 ? "hx-ws:connect" : "ws-connect"),
            Encoded);
        Assert.Equal(
            root + "sse",
            page.GetElementById("by-stream")!.GetAttribute(version is HtmxVersion.V4 ? "hx-sse:connect" : "sse-connect"),
            Encoded);
        Assert.Equal(root + "message", page.GetElementById("sends")!.GetAttribute("hx-post"), Encoded);
        Assert.Equal(root + "chatq", page.GetElementById("event")!.GetAttribute("hx-post"), Encoded);
        Assert.Equal(root + "context", page.QuerySelector("#chat-context summary")!.GetAttribute("hx-get"), Encoded);
        var links = page.QuerySelectorAll("#chat-conversations form").Select(form => form.GetAttribute("action")!).ToList();
        Assert.All(
            links,
            link => Assert.StartsWith(root + "conversations", new Uri(http.BaseAddress, link).AbsolutePath, StringComparison.Ordinal));

        // And they are there: the socket, and what its answers hold in turn.
        await using var opened = await ChatPage.OpenAsync(
            http.BaseAddress,
            cookies,
            page.GetElementById("chat-panel")!.GetAttribute(version is HtmxVersion.V4 ? "hx-ws:connect" : "ws-connect")!);
        var list = await LoadAsync(http, links[0]);
        Assert.Equal(links, list.QuerySelectorAll("form").Select(form => form.GetAttribute("action")!), Encoded);
        using var export = await http.GetAsync(list.QuerySelector("a[download]")!.GetAttribute("href"), Cancellation);
        Assert.Equal(HttpStatusCode.OK, export.StatusCode);
        var context = await LoadAsync(http, page.QuerySelector("#chat-context summary")!.GetAttribute("hx-get")!);
        Assert.All(context.QuerySelectorAll("[hx-post]"), form => Assert.Equal(root + "context", form.GetAttribute("hx-post"), Encoded));
    }

    [Fact]
    public async Task Addresses_WithoutTheRouteValue_SayWhatToDo()
    {
        await using var app = await StartAsync(app => app.MapPipulate("/{tenant}/chat"));
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        var error = await http.GetStringAsync("/nowhere", Cancellation);

        Assert.Contains("mapped at \"/{tenant}/chat\"", error, StringComparison.Ordinal);
        Assert.Contains("no route value \"tenant\"", error, StringComparison.Ordinal);
        Assert.Contains("Map the page under the same prefix", error, StringComparison.Ordinal);
        Assert.Contains("RouteValues[\"tenant\"]", error, StringComparison.Ordinal);
        Assert.Equal("/other/chat/ws", (await LoadAsync(http, "/set")).GetElementById("chat-panel")!.GetAttribute("ws-connect"));
    }

    [Fact]
    public async Task Addresses_AgainstAConstraint_SayWhichValue()
    {
        await using var app = await StartAsync(app => app.MapPipulate("/{tenant:int}/chat"));
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        var error = await http.GetStringAsync("/acme/page", Cancellation);

        Assert.Contains("constraints: tenant = \"acme\"", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_WithADefault_NeedNoValue()
    {
        await using var app = await StartAsync(app => app.MapPipulate("/{tenant=main}/chat"));
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        Assert.Equal("/main/chat/ws", (await LoadAsync(http, "/nowhere")).GetElementById("chat-panel")!.GetAttribute("ws-connect"));
    }

    [Fact]
    public async Task Addresses_OnAnErrorPage_HaveTheValuesOfWhatWasAskedFor()
    {
        await using var app = await StartAsync(
            app =>
            {
                app.MapPipulate("/{tenant}/chat");
                app.MapGet("/{tenant}/missing", () => Results.NotFound());
                app.MapGet("/{tenant}/broken", string () => throw new InvalidOperationException("as planned"));
            },
            before: app => app.UseExceptionHandler("/nowhere").UseStatusCodePagesWithReExecute("/nowhere"));
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        Assert.Equal("/acme/chat/ws", (await LoadAsync(http, "/acme/missing")).GetElementById("chat-panel")!.GetAttribute("ws-connect"));
        Assert.Equal("/acme/chat/ws", (await LoadAsync(http, "/acme/broken")).GetElementById("chat-panel")!.GetAttribute("ws-connect"));
    }

    [Theory]
    [InlineData("/APP")]
    [InlineData("/App")]
    [InlineData("/app")]
    public async Task PathBase_InAnotherCase_IsTheSameVisitor(string other)
    {
        await using var app = await StartAsync(app => app.MapPipulate(), pathBase: "/app");
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(app.Urls.First()) };
        using var first = await http.GetAsync("/app/who", Cancellation);
        var cookie = first.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("path=/;", cookie, StringComparison.OrdinalIgnoreCase);

        using var again = new HttpRequestMessage(HttpMethod.Get, other + "/who");
        again.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var second = await http.SendAsync(again, Cancellation);

        Assert.Equal(await first.Content.ReadAsStringAsync(Cancellation), await second.Content.ReadAsStringAsync(Cancellation));
        Assert.False(second.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("/one", "/two")]
    [InlineData("/one", "/one/two")]
    [InlineData("/a/b", "/a.b")]
    [InlineData("", "/one")]
    [InlineData("/büro", "/b%C3%BCro 2;a=b")]
    public async Task PathBases_OfTwoApplications_KeepTheirCookiesApart(string one, string other)
    {
        var cookies = new CookieContainer();
        await using var first = await StartAsync(app => app.MapPipulate(), pathBase: one);
        await using var second = await StartAsync(app => app.MapPipulate(), pathBase: other);
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies });
        var (here, there) = (
            new Uri(new Uri(first.Urls.First()), new PathString(one).Add("/who").ToUriComponent()),
            new Uri(new Uri(second.Urls.First()), new PathString(other).Add("/who").ToUriComponent()));

        var (visitor, visitorThere) = (await http.GetStringAsync(here, Cancellation), await http.GetStringAsync(there, Cancellation));

        Assert.Equal(
            (visitor, visitorThere), (await http.GetStringAsync(here, Cancellation), await http.GetStringAsync(there, Cancellation)));
        Assert.Equal(2, cookies.GetAllCookies().Count);
    }

    [Theory]
    [InlineData("42")]
    [InlineData("202611301234")]
    [InlineData("2026113012345678")]
    [InlineData("6f9619ff8b86d011b42d00cf4fc964ff")]
    [InlineData("6f9619ff-8b86-d011-b42d-00cf4fc964ff")]
    [InlineData("programming1")]
    [InlineData("project-planning")]
    [InlineData("01JDXQ5Z5S1V4TGBJ8Q9WZ3Y7K")]
    [InlineData("..")]
    [InlineData("a b&c")]
    [InlineData("")]
    public async Task Query_OfTheApplicationsOwn_IsPassedOver(string value)
    {
        await using var host = await ConversationsPage.StartAsync();
        using var http = await host.VisitAsync(out var visitor);
        var query = $"/about?conversation={Uri.EscapeDataString(value)}";

        using var response = await http.GetAsync(query, Cancellation);
        IDocument page = new HtmlParser().ParseDocument(await response.Content.ReadAsStringAsync(Cancellation));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(("/ws", "first"), (
            page.GetElementById("chat-panel")!.GetAttribute("ws-connect"),
            page.GetElementById("chat-panel")!.GetAttribute("data-conversation")));
        Assert.DoesNotContain("..", await http.GetStringAsync("/who" + query["/about".Length..], Cancellation), StringComparison.Ordinal);

        // A conversation that is begun on that page leaves the page its own.
        using var begun = await http.PressAsync("/conversations", query);
        var address = begun.Headers.Location!.ToString();
        Assert.StartsWith("/about?conversation=", address, StringComparison.Ordinal);
        page = await http.LoadAsync(address);
        var fields = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri(host.Address, address).Query);
        Assert.Equal(value, fields["conversation"].ToString());
        Assert.Equal(fields["chat-conversation"].ToString(), page.GetElementById("chat-panel")!.GetAttribute("data-conversation"));
        var socket = page.GetElementById("chat-panel")!.GetAttribute("ws-connect")!;
        await host.OpenAsync(visitor, socket);
        Assert.All(
            page.QuerySelectorAll("li > a"),
            link => Assert.Contains($"conversation={Uri.EscapeDataString(value)}&", link.GetAttribute("href")!, StringComparison.Ordinal));

        // What is done on that page is of the conversation that it shows.
        using var done = new HttpRequestMessage(HttpMethod.Get, "/who");
        done.Headers.Referrer = new Uri(host.Address, address);
        using var who = await http.SendAsync(done, Cancellation);
        Assert.EndsWith(".." + fields["chat-conversation"], await who.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_MadeAndChanged_AreToldApart()
    {
        for (var i = 0; i < 1000; i++)
        {
            var name = ConversationName.New();
            Assert.True(ConversationName.IsMade(name));
            Assert.True(ConversationId.IsName(name));
            Assert.False(ConversationName.IsMade(name[..^1] + (name[^1] == 'A' ? 'B' : 'A')));
            Assert.False(ConversationName.IsMade(name + "A"));
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>However much of it is percent-encoded.</summary>
    private static bool Encoded(string? one, string? other) => Uri.UnescapeDataString(one!) == Uri.UnescapeDataString(other!);

    private static async Task<IDocument> LoadAsync(HttpClient http, string path) =>
        new HtmlParser().ParseDocument(await (await http.GetAsync(path, Cancellation)).Content.ReadAsStringAsync(Cancellation));

    private static async Task<WebApplication> StartAsync(
        Action<WebApplication> map, HtmxVersion version = HtmxVersion.V2, string pathBase = "", Action<WebApplication>? before = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRouting(routing => (routing.LowercaseUrls, routing.AppendTrailingSlash) = (true, true));
        builder.Services
            .AddPipulate(options => options.Htmx = version).Services
            .Configure<PipulateOptions>(options => options.Events.Add("noted", "They {message}."));
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UsePathBase(pathBase);
        before?.Invoke(app);
        app.UseRouting();
        app.UsePipulate();
        app.MapGet("/{tenant}/page", ShowAsync);
        app.MapMethods("/nowhere", ["GET", "POST"], ShowAsync);
        app.MapGet("/set", (HttpContext context) =>
        {
            context.Request.RouteValues["tenant"] = "other";
            return ShowAsync(context);
        });
        app.MapGet("/who", async (HttpContext context) =>
        {
            await context.RenderChatPanelAsync();
            return context.GetConversation()?.Value;
        });
        map(app);
        await app.StartAsync();
        return app;
    }

    private static async Task ShowAsync(HttpContext context)
    {
        var view = new ViewContext { HttpContext = context };
        var html = "";
        try
        {
            html += await RenderAsync(new ChatConversationsTagHelper { ViewContext = view }, "nav");
            html += await RenderAsync(new ChatPanelTagHelper { ViewContext = view }, "chat-panel");
            html += await RenderAsync(new ChatConnectTagHelper { ViewContext = view }, "div", ("id", "by-stream"), ("chat-connect", "sse"));
            html += await RenderAsync(new ChatSendTagHelper { ViewContext = view }, "form", ("id", "sends"), ("chat-send", "sse"));
            html += await RenderAsync(
                new ChatEventTagHelper { ViewContext = view, ChatEvent = "noted", ChatMessage = "x" },
                "button",
                ("id", "event"),
                ("type", "button"));
            html += await RenderAsync(new ChatContextTagHelper { ViewContext = view }, "chat-context");
        }
        catch (InvalidOperationException exception)
        {
            html = exception.Message;
        }

        await context.Response.WriteAsync(html, Cancellation);
    }

    private static async Task<string> RenderAsync(TagHelper helper, string element, params (string Name, string Value)[] attributes)
    {
        var output = new TagHelperOutput(
            element,
            [.. attributes.Select(attribute => new TagHelperAttribute(attribute.Name, attribute.Value))],
            (_, _) => Task.FromResult<TagHelperContent>(new DefaultTagHelperContent()));
        await helper.ProcessAsync(new TagHelperContext([], new Dictionary<object, object>(), "test"), output);
        using var writer = new StringWriter();
        output.WriteTo(writer, System.Text.Encodings.Web.HtmlEncoder.Default);
        return writer.ToString();
    }
}
