using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipulate.Conversations;
using Pipulate.Storage;

namespace Pipulate.Tests.Endpoints;

public sealed partial class ConversationsEndpointTests
{
    private const string Json = "application/json";

    [Fact]
    public async Task Page_OfAConversation_ShowsItAndConnectsToIt()
    {
        await using var host = await ConversationsPage.StartAsync();
        using var http = await host.VisitAsync(out var visitor);
        var first = await host.OpenAsync(visitor);
        await first.TypeAsync("in the first");
        await first.WaitForAnswerAsync();
        var name = await http.BeginAsync();

        var page = await http.LoadAsync($"/?conversation={name}");
        Assert.StartsWith(
            $"/ws?conversation={name}&for=", page.GetElementById("chat-panel")!.GetAttribute("ws-connect"), StringComparison.Ordinal);
        Assert.Equal(name, page.GetElementById("chat-panel")!.GetAttribute("data-conversation"));
        Assert.Empty(page.QuerySelectorAll(".chat-entry"));
        Assert.Equal(["New conversation*", "in the first"], page.Titles());
        var second = await host.OpenAsync(visitor, $"/ws?conversation={name}");
        await second.TypeAsync("in the second");
        await second.WaitForAnswerAsync();

        Assert.DoesNotContain("in the first", host.Ollama.Chats[^1].Body, StringComparison.Ordinal);
        Assert.Equal(["in the first", "I see."], first.Read(dom => dom.Entries.Select(entry => entry.Text).ToArray()));
        page = await http.LoadAsync($"/?conversation={name}");
        Assert.Equal(["in the second", "I see."], page.QuerySelectorAll(".chat-entry .chat-text").Select(text => text.TextContent));
        Assert.Equal(["in the second*", "in the first"], page.Titles());
        page = await http.LoadAsync("/?conversation=first");
        Assert.Equal("/ws", page.GetElementById("chat-panel")!.GetAttribute("ws-connect"));
        Assert.Equal(["in the first", "I see."], page.QuerySelectorAll(".chat-entry .chat-text").Select(text => text.TextContent));
    }

    /// <summary>ASP.NET Core warns where it has to take back what was said of caching, each time.</summary>
    [Fact]
    public async Task Views_WithAToken_AreAnsweredWithoutAWarning()
    {
        await using var host = await ConversationsPage.StartAsync();
        using var http = await host.VisitAsync();
        host.Logs.Clear();

        Assert.Contains("<form", await http.GetStringAsync("/conversations", Cancellation), StringComparison.Ordinal);
        Assert.Contains("<form", await http.GetStringAsync("/context", Cancellation), StringComparison.Ordinal);

        Assert.DoesNotContain(host.Logs.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Page_WhoseAddressNamesNone_ShowsTheOneThatWasOpenedLast()
    {
        await using var host = await ConversationsPage.StartAsync();
        using var http = await host.VisitAsync();
        var name = await http.BeginAsync();

        Assert.Equal("first", Shown(await http.LoadAsync("/about")));
        await http.LoadAsync($"/?conversation={name}");
        Assert.Equal(name, Shown(await http.LoadAsync("/about")));
        await http.LoadAsync("/?conversation=first");
        Assert.Equal("first", Shown(await http.LoadAsync("/about")));
        await http.LoadAsync($"/?conversation={name}");
        (await http.PressAsync($"/conversations/{name}/delete", "/about")).Dispose();
        Assert.Equal("first", Shown(await http.LoadAsync("/about")));

        static string? Shown(AngleSharp.Dom.IDocument page) => page.GetElementById("chat-panel")!.GetAttribute("data-conversation");
    }

    [Theory]
    [InlineData("X-Chat-Conversation", "{0}", null, null)]
    [InlineData("X-Chat-Conversation", "first", "HX-Current-URL", "/?conversation={0}")]
    [InlineData("HX-Current-URL", "/todo?a=1&conversation={0}", null, null)]
    [InlineData("Referer", "/todo?conversation={0}", null, null)]
    [InlineData("X-Chat-Conversation", "", "Referer", "/todo?conversation={0}")]
    [InlineData("Referer", "http://elsewhere.example/?conversation={0}", null, null)]
    [InlineData("HX-Current-URL", "not an address", null, null)]
    public async Task Request_OfAPage_GoesToTheConversationThatThePageShows(string header, string value, string? other, string? otherValue)
    {
        await using var host = await ConversationsPage.StartAsync();
        using var http = await host.VisitAsync();
        var name = await http.BeginAsync();
        foreach (var path in new[] { "/like?what=Tea", "/chatq" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path);
            Add(header, value);
            Add(other, otherValue);
            if (path == "/chatq")
            {
                request.Content = new FormUrlEncodedContent(
                    [
                        new("event", "noted"), new("message", "Milk"),
                        new("__RequestVerificationToken", await http.GetStringAsync("/token", Cancellation))
                    ]);
            }

            (await http.SendAsync(request, Cancellation)).EnsureSuccessStatusCode();

            void Add(string? header, string? value)
            {
                if (header is not null)
                {
                    var full = string.Format(System.Globalization.CultureInfo.InvariantCulture, value!, name);
                    request.Headers.TryAddWithoutValidation(header, full.StartsWith('/') ? new Uri(host.Address, full).ToString() : full);
                }
            }
        }

        var toIt = value.Contains("{0}", StringComparison.Ordinal) && !value.Contains("elsewhere", StringComparison.Ordinal)
            || value.Length == 0;
        string[] heard = ["They like \"Tea\".", "They chose \"Milk\"."];
        Assert.Equal(toIt ? heard : [], await HeardAsync(http, name));
        Assert.Equal(toIt ? [] : heard, await HeardAsync(http, "first"));
    }

    [Fact]
    public async Task Create_Twice_IsTheSameUntilSomethingWasSaid()
    {
        await using var host = await ConversationsPage.StartAsync();
        using var http = await host.VisitAsync(out var visitor);
        var name = await http.BeginAsync();

        Assert.Equal(name, await http.BeginAsync());
        await SayAsync(host, visitor, name, "hello");
        Assert.NotEqual(name, await http.BeginAsync());
    }

    [Fact]
    public async Task Create_ByHtmxFromAnotherPage_LeadsBackThere()
    {
        await using var host = await ConversationsPage.StartAsync();
        using var http = await host.VisitAsync();

        using var response = await http.PressAsync("/conversations", "/about?a=1&conversation=first", htmx: true);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.StartsWith("/about?a=1&conversation=", Assert.Single(response.Headers.GetValues("HX-Redirect")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("http://evil.example/page")]
    [InlineData("javascript:alert(1)")]
    public async Task Create_FromAnAddressElsewhere_LeadsNowhereElse(string page)
    {
        await using var host = await ConversationsPage.StartAsync();
        using var http = await host.VisitAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/conversations")
        {
            Content = new FormUrlEncodedContent([new("__RequestVerificationToken", await http.GetStringAsync("/token", Cancellation))]),
        };
        request.Headers.TryAddWithoutValidation(
            "Referer", page.StartsWith("//", StringComparison.Ordinal) ? host.Address.GetLeftPart(UriPartial.Authority) + page : page);

        using var response = await http.SendAsync(request, Cancellation);

        Assert.StartsWith("/?conversation=", response.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rename_ByHtmxOrForm_IsListedEncoded()
    {
        await using var host = await ConversationsPage.StartAsync();
        using var http = await host.VisitAsync(out var visitor);
        await SayAsync(host, visitor, "first", "hello");

        using var list = await http.PressAsync("/conversations/first/rename", htmx: true, fields: ("title", "<b>Groceries</b> \"1\""));
        using var form = await http.PressAsync("/conversations/first/rename", "/about", fields: ("title", "Food"));

        var shown = await list.ReadAsync();
        Assert.Equal(["<b>Groceries</b> \"1\"*"], shown.Titles());
        Assert.Equal("<b>Groceries</b> \"1\"", shown.QuerySelector("input[name=title]")!.GetAttribute("value"));
        Assert.Equal("Options for <b>Groceries</b> \"1\"", shown.QuerySelector("li summary")!.GetAttribute("aria-label"));
        Assert.Equal("/about?conversation=first", form.Headers.Location!.ToString());
        Assert.Equal(["Food*"], (await http.LoadAsync("/")).Titles());
        (await http.PressAsync("/conversations/first/rename", fields: ("title", " "))).Dispose();
        Assert.Equal(["New conversation*"], (await http.LoadAsync("/")).Titles());
    }

    [Fact]
    public async Task Delete_Another_AnswersWithTheListAndClosesItsPagesForGood()
    {
        await using var host = await ConversationsPage.StartAsync();
        using var http = await host.VisitAsync(out var visitor);
        var name = await http.BeginAsync();
        var there = await SayAsync(host, visitor, name, "a secret");

        using var response = await http.PressAsync($"/conversations/{name}/delete", "/?conversation=first", htmx: true);

        Assert.Equal(["New conversation*"], (await response.ReadAsync()).Titles());
        Assert.Equal(1008, await there.Closed);
        Assert.Equal(["This conversation was deleted."], there.Read(dom => dom.Entries.Select(entry => entry.Text).ToArray()));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/?conversation={name}", Cancellation)).StatusCode);
        Assert.Empty(await host.Services.GetRequiredService<IConversationStore>().ListAsync(await OwnerAsync(http), 10, Cancellation));
    }

    [Fact]
    public async Task Delete_TheShownOne_LeadsThePageAway()
    {
        await using var host = await ConversationsPage.StartAsync();
        using var http = await host.VisitAsync(out var visitor);
        var first = await SayAsync(host, visitor, "first", "a secret");

        using var response = await http.PressAsync("/conversations/first/delete", "/about?conversation=first", htmx: true);

        Assert.Equal("/about", Assert.Single(response.Headers.GetValues("HX-Redirect")));
        Assert.Equal(1012, await first.Closed);
        var again = await host.OpenAsync(visitor);
        Assert.Empty(again.Read(dom => dom.Entries.ToArray()));
    }

    [Fact]
    public async Task DeletedConversation_APageThatStillShowsIt_MakesNothingOfItAnew()
    {
        await using var host = await ConversationsPage.StartAsync();
        using var http = await host.VisitAsync(out var visitor);
        var name = await http.BeginAsync();
        await SayAsync(host, visitor, name, "a secret");
        (await http.PressAsync($"/conversations/{name}/delete")).Dispose();

        using var request = new HttpRequestMessage(HttpMethod.Post, "/like?what=Tea");
        request.Headers.Add("X-Chat-Conversation", name);
        (await http.SendAsync(request, Cancellation)).EnsureSuccessStatusCode();

        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/?conversation={name}", Cancellation)).StatusCode);
        Assert.Empty(await HeardAsync(http, "first"));
    }

    [Fact]
    public async Task Forget_Visitor_LeavesNothingAndTheyComeBackAsSomebodyElse()
    {
        await using var host = await ConversationsPage.StartAsync();
        using var http = await host.VisitAsync(out var visitor);
        await SayAsync(host, visitor, "first", "one secret");
        var name = await http.BeginAsync();
        var there = await SayAsync(host, visitor, name, "another secret");
        var owner = await OwnerAsync(http);

        using var response = await http.PressAsync("/conversations/delete", $"/?conversation={name}");

        Assert.Equal("/", response.Headers.Location!.ToString());
        Assert.Equal(1008, await there.Closed);
        Assert.Empty(await host.Services.GetRequiredService<IConversationStore>().ListAsync(owner, 10, Cancellation));
        Assert.Equal(["New conversation*"], (await http.LoadAsync("/")).Titles());
        Assert.NotEqual(owner, await OwnerAsync(http));
    }

    [Theory]
    [InlineData("GET", "/conversations")]
    [InlineData("POST", "/conversations")]
    [InlineData("POST", "/conversations/delete")]
    [InlineData("POST", "/conversations/first/rename")]
    [InlineData("POST", "/conversations/first/delete")]
    [InlineData("GET", "/conversations/first.json")]
    [InlineData("GET", "/conversations/first.md")]
    public async Task Request_FromElsewhereOrWithoutAToken_IsRefusedAndChangesNothing(string method, string path)
    {
        await using var host = await ConversationsPage.StartAsync();
        using var http = await host.VisitAsync(out var visitor);
        await SayAsync(host, visitor, "first", "hello");

        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync("Origin", "https://evil.example"));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync("Sec-Fetch-Site", "cross-site"));
        Assert.Equal(method == "POST" ? HttpStatusCode.BadRequest : HttpStatusCode.OK, await SendAsync("X", "x"));

        Assert.Equal(["hello*"], (await http.LoadAsync("/")).Titles());

        async Task<HttpStatusCode> SendAsync(string header, string value)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (method == "POST")
            {
                request.Content = new FormUrlEncodedContent([new("title", "mine")]);
            }

            request.Headers.Add(header, value);
            using var response = await http.SendAsync(request, Cancellation);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Conversations_WhereEverybodySharesOne_AreNoneOfAnybodysOwn()
    {
        await using var host = await ConversationsPage.StartAsync(options => options.Conversations = ConversationScope.Shared);
        using var http = await host.VisitAsync();

        var page = await http.LoadAsync("/");
        using var response = await http.PressAsync("/conversations/first/delete");

        Assert.Null(page.GetElementById("chat-conversations"));
        Assert.False(page.GetElementById("chat-panel")!.HasAttribute("data-conversation"));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/conversations", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/?conversation={ConversationName.New()}", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task StoreAway_PageIsThereAndTheRestSaysSo()
    {
        var time = new ManualTime();
        var step = TimeSpan.FromMilliseconds(100);
        await using var host = await ConversationsPage.StartAsync(
            services: services => services.AddSingleton<IConversationStore>(new BrokenStore()).AddSingleton<TimeProvider>(time));
        using var http = await time.AdvanceUntilAsync(host.VisitAsync(), step);

        Assert.Equal(["New conversation*"], (await time.AdvanceUntilAsync(http.LoadAsync("/"), step)).Titles());
        using var created = await time.AdvanceUntilAsync(http.PressAsync("/conversations"), step);
        using var exported = await time.AdvanceUntilAsync(http.GetAsync("/conversations/first.json", Cancellation), step);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, created.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, exported.StatusCode);
        Assert.Null(exported.Content.Headers.ContentDisposition);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<ChatPage> SayAsync(ChatHost host, CookieContainer visitor, string name, string text)
    {
        var page = await host.OpenAsync(visitor, $"/ws?conversation={name}");
        await page.TypeAsync(text);
        await page.WaitForAnswerAsync();
        return page;
    }

    private static async Task<string> OwnerAsync(HttpClient http) => (await http.GetStringAsync("/who", Cancellation)).Split("..")[0];

    /// <summary>What the model has heard of the visitor's doings in a conversation.</summary>
    private static async Task<string[]> HeardAsync(HttpClient http, string name) =>
        [.. (await http.LoadAsync($"/context?conversation={name}"))
            .QuerySelectorAll(".chat-context-events > li > span")
            .Select(text => text.TextContent)];
}
