using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Conversations;
using Pipulate.FakeOllama;
using Pipulate.Storage;
using Pipulate.Tests.Endpoints;

namespace Pipulate.Tests.Security;

/// <summary>Another visitor's cookie reaches nothing of one's own, whatever it names and however it asks.</summary>
public sealed class OwnershipTests
{
    private const string Secret = "my secret";

    /// <summary>Each way in: method and address, then headers and form fields. {0} is the conversation that is asked for.</summary>
    private static readonly string[] Ways =
    [
        "GET /?conversation={0}",
        "GET /ws?conversation={0}",
        "GET /sse?conversation={0}",
        "POST /message?conversation={0} | msg=mine",
        "POST /message | X-Chat-Conversation: {0} | msg=mine",
        "POST /message?conversation={0} | do=stop",
        "POST /message?conversation={0} | do=again {answer}",
        "POST /message | X-Chat-Conversation: {0} | do=again {answer}",
        "POST /chatq?conversation={0} | event=noted | message=mine",
        "POST /chatq | X-Chat-Conversation: {0} | event=noted | message=mine",
        "GET /context?conversation={0}",
        "GET /context | X-Chat-Conversation: {0}",
        "POST /context?conversation={0} | do=forget-all",
        "POST /context?conversation={0} | do=forget | event={event}",
        "POST /context?conversation={0} | do=pause",
        "POST /context | X-Chat-Conversation: {0} | do=forget-all",
        "POST /context | HX-Current-URL: http://{host}/?conversation={0} | do=pause",
        "GET /conversations?conversation={0}",
        "GET /conversations | X-Chat-Conversation: {0}",
        "POST /conversations?conversation={0}",
        "POST /conversations | X-Chat-Conversation: {0}",
        "POST /conversations/{0}/rename | title=mine",
        "POST /conversations/{0}/rename | X-Chat-Conversation: {0} | title=mine",
        "POST /conversations/{0}/delete",
        "POST /conversations/{0}/delete | X-Chat-Conversation: {0}",
        "POST /conversations/delete?conversation={0}",
        "POST /conversations/delete | X-Chat-Conversation: {0}",
        "GET /conversations/{0}.json",
        "GET /conversations/{0}.md",
        "GET /conversations/{0}.json?conversation={0}",
        "GET /entries/{answer}?conversation={0}",
        "GET /entries/{answer} | X-Chat-Conversation: {0}",
        "GET /who?conversation={0}",
        "POST /like?what=mine&conversation={0}",
        "POST /like?what=mine | X-Chat-Conversation: {0}",
        "POST /like?what=mine | HX-Current-URL: http://{host}/?conversation={0}",
        "POST /like?what=mine | Referer: http://{host}/?conversation={0}",
        "POST /like?what=mine | Cookie: pipulate.conversation={0}",
        "GET /who | X-Chat-Event: noted | X-Chat-Message: mine | X-Chat-Conversation: {0}",
    ];

    public static TheoryData<string> EachWay => [.. Exhaustive.Cases(Ways, quick: 10)];

    [Theory]
    [MemberData(nameof(EachWay))]
    [Trait("Category", Exhaustive.Category)]
    [Trait("Row", "S-46")]
    public async Task Conversation_OfAnother_IsNeitherReadNorChangedAndIsAnsweredAsOneThatIsNot(string way)
    {
        await using var host = await ConversationsPage.StartAsync();
        using var owner = await host.VisitAsync(out var cookies);
        var name = await owner.BeginAsync();
        var ownerKey = (await owner.GetStringAsync("/who", Cancellation)).Split("..")[0];
        string? again = null;
        foreach (var own in new[] { "first", name })
        {
            (await owner.PostAsync(
                $"/like?what={Uri.EscapeDataString(Secret)}&conversation={own}", null, Cancellation)).EnsureSuccessStatusCode();
            var page = await host.OpenAsync(cookies, $"/ws?conversation={own}");
            await page.TypeAsync(Secret);
            await page.WaitForAnswerAsync();
            again = page.Read(dom => dom.AgainOf(dom.Entries[^1].Id));
        }

        var done = host.Services.GetRequiredService<ConversationCache>().Get(new ConversationId($"{ownerKey}..{name}")).ReadEvents()[0].Id;
        way = way
            .Replace("again {answer}", again, StringComparison.Ordinal)
            .Replace("{answer}", again?.Split(' ')[1], StringComparison.Ordinal)
            .Replace("{event}", done.ToString("N"), StringComparison.Ordinal);
        var before = await DescribeAsync(host, ownerKey);

        // As it is named, and as it would be if the whole id were a key.
        foreach (var named in new[] { name, $"{ownerKey}..{name}", ownerKey })
        {
            var (status, answer) = await AskAsync(host, way, named);
            var none = named == name ? ConversationName.New() : new string('x', named.Length);
            var (statusOfNone, answerOfNone) = await AskAsync(host, way, none);

            Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
            Assert.Equal(statusOfNone, status);
            Assert.Equal(answerOfNone.Replace(none, "…", StringComparison.Ordinal), answer.Replace(named, "…", StringComparison.Ordinal));
            if (NamesItInTheAddress(way) && named == name)
            {
                Assert.Equal(HttpStatusCode.NotFound, status);
            }
        }

        Assert.Equal(before, await DescribeAsync(host, ownerKey));
    }

    [Theory]
    [MemberData(nameof(EachWay))]
    [Trait("Category", Exhaustive.Category)]
    [Trait("Row", "S-46")]
    public async Task Room_WhoMayNotEnter_IsAnsweredAsIfThereWereNone(string way)
    {
        await using var host = await StartWithKitchenAsync();
        using var cook = await host.VisitAsync(out var cookies);
        cookies.Add(host.Address, new Cookie("role", "cook"));
        (await cook.PostAsync(
            $"/like?what={Uri.EscapeDataString(Secret)}&conversation=kitchen", null, Cancellation)).EnsureSuccessStatusCode();
        var page = await host.OpenAsync(cookies, "/ws?conversation=kitchen");
        await page.TypeAsync(Secret);
        await page.WaitForAnswerAsync();
        var done = host.Services.GetRequiredService<ConversationCache>().Get(new ConversationId("r-kitchen")).ReadEvents()[0].Id;
        var again = page.Read(dom => dom.AgainOf(dom.Entries[^1].Id))!;
        way = way
            .Replace("again {answer}", again, StringComparison.Ordinal)
            .Replace("{answer}", again.Split(' ')[1], StringComparison.Ordinal)
            .Replace("{event}", done.ToString("N"), StringComparison.Ordinal);
        var before = await DescribeAsync(host, "r-kitchen");

        foreach (var named in new[] { "kitchen", "r-kitchen" })
        {
            var (status, answer) = await AskAsync(host, way, named);
            var (statusOfNone, answerOfNone) = await AskAsync(host, way, new string('x', named.Length));

            Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
            Assert.Equal(statusOfNone, status);
            Assert.Equal(
                answerOfNone.Replace(new string('x', named.Length), "…", StringComparison.Ordinal),
                answer.Replace(named, "…", StringComparison.Ordinal));
        }

        Assert.Equal(before, await DescribeAsync(host, "r-kitchen"));
    }

    [Fact]
    public async Task Room_WhoMayEnter_SharesItWithTheOthersAndHasItNotAmongTheirOwn()
    {
        await using var host = await StartWithKitchenAsync();
        var pages = new List<ChatPage>();
        var visitors = new List<HttpClient>();
        for (var i = 0; i < 2; i++)
        {
            visitors.Add(await host.VisitAsync(out var cookies));
            cookies.Add(host.Address, new Cookie("role", "cook"));
            pages.Add(await host.OpenAsync(cookies, "/ws?conversation=kitchen"));
        }

        await pages[0].TypeAsync("The soup is ready.");
        await pages[1].WaitAsync(dom => dom.Entries is [{ Text: "The soup is ready." }, { State: "complete" }]);
        Assert.Equal("r-kitchen", await visitors[1].GetStringAsync("/who?conversation=kitchen", Cancellation));
        Assert.NotEqual("r-kitchen", await visitors[1].GetStringAsync("/who?conversation=hall", Cancellation));

        foreach (var way in new[] { "/conversations/kitchen/delete", "/conversations/kitchen/rename" })
        {
            using var response = await visitors[1].PressAsync(way, "/?conversation=kitchen", fields: [("title", "mine")]);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }

        using var export = await visitors[1].GetAsync("/conversations/kitchen.json", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, export.StatusCode);
        Assert.DoesNotContain(
            "kitchen/", await visitors[1].GetStringAsync("/conversations?conversation=kitchen", Cancellation), StringComparison.Ordinal);
        (await visitors[1].PressAsync("/conversations/delete")).Dispose();
        Assert.Equal(2, pages[0].Read(dom => dom.Entries.Count));
        visitors.ForEach(visitor => visitor.Dispose());
    }

    [Fact]
    public async Task Ways_AreAllThatAreMapped()
    {
        await using var host = await ConversationsPage.StartAsync();
        var mapped = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.DisplayName!.StartsWith("Pipulate", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                .Where(method => method != "CONNECT")
                .Select(method => $"{method} {endpoint.RoutePattern.RawText}"));

        Assert.Equal([], mapped.Select(route => route
            .Replace("{name}", "{0}", StringComparison.Ordinal)
            .Replace("{entry}", "{answer}", StringComparison.Ordinal)).Except(Ways.Select(way => way.Split(" | ")[0].Split('?')[0])));
    }

    [Fact]
    public async Task Socket_OfAnother_CanNeitherStopNorRepeatAnAnswer()
    {
        await using var host = await ConversationsPage.StartAsync();
        var rest = new TaskCompletionSource();
        host.Ollama.Answer = _ => FakeAnswer.Text("one two three") with { GateAfterFirst = rest.Task };
        var mine = await host.OpenAsync();
        await mine.TypeAsync("hello");
        await mine.WaitAsync(dom => dom.Entries.Any(entry => entry is { State: "streaming", Text.Length: > 0 }));
        var answer = host.Services.GetRequiredService<ConversationCache>().Get(
            host.Services.Registry().GetConnections(ChatAudience.Everyone).Single().Conversation).Log.LatestReply!.Id;
        var other = await host.OpenAsync();

        foreach (var command in new[] { "stop", $"again {answer:N}" })
        {
            await other.SendAsync($$"""{"do":"{{command}}","conversation":"first","HEADERS":{ "X-Chat-Conversation":"first" } }""");
        }

        await other.SendAsync("""{"msg":"and me?","mid":"1","HEADERS":{}}""");
        await other.WaitAsync(dom => dom.Entries.Any(entry => entry.Text == "and me?"));
        rest.SetResult();

        Assert.Equal("one two three", await mine.WaitForAnswerAsync());
        Assert.Equal(["hello", "one two three"], mine.Read(dom => dom.Entries.Select(entry => entry.Text).ToArray()));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Whoever has the cookie is a cook, and only cooks may enter the kitchen.</summary>
    private static Task<ChatHost> StartWithKitchenAsync() => ConversationsPage.StartAsync(
        options => options.MayEnterRoom = (user, room) => room == "kitchen" && user.IsInRole("cook"),
        signIn: app => app.Use((context, next) =>
        {
            if (context.Request.Cookies["role"] is { } role)
            {
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, role)]));
            }

            return next(context);
        }));

    private static bool NamesItInTheAddress(string way) =>
        way.Split(" | ")[0].Contains("{0}", StringComparison.Ordinal)
            && !way.StartsWith("GET /who", StringComparison.Ordinal)
            && !way.StartsWith("POST /like", StringComparison.Ordinal);

    /// <summary>Asks as another visitor.</summary>
    private static async Task<(HttpStatusCode Status, string Answer)> AskAsync(ChatHost host, string way, string named)
    {
        using var http = await host.VisitAsync(out var cookies);
        var parts = way.Split(" | ").Select(part => part
            .Replace("{0}", named, StringComparison.Ordinal)
            .Replace("{host}", host.Address.Authority, StringComparison.Ordinal)).ToList();
        var (method, path) = (parts[0].Split(' ')[0], parts[0].Split(' ')[1]);
        if (path.StartsWith("/ws", StringComparison.Ordinal))
        {
            return await ConnectAsync(host, path, cookies);
        }

        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var header in parts.Skip(1).Where(part => part.Contains(": ", StringComparison.Ordinal)))
        {
            request.Headers.TryAddWithoutValidation(header.Split(": ")[0], header.Split(": ")[1]);
        }

        if (method == "POST")
        {
            var fields = parts
                .Skip(1)
                .Where(part => !part.Contains(": ", StringComparison.Ordinal))
                .Select(part => KeyValuePair.Create(part.Split('=')[0], part.Split('=')[1]));
            request.Content = new FormUrlEncodedContent(
                [.. fields, new("__RequestVerificationToken", await http.GetStringAsync("/token", Cancellation))]);
        }

        var asker = (await http.GetStringAsync("/who", Cancellation)).Split("..")[0];
        using var response = await http.SendAsync(request, Cancellation);
        return (
            response.StatusCode,
            WithoutTokens((await response.Content.ReadAsStringAsync(Cancellation)).Replace(asker, "asker", StringComparison.Ordinal)));
    }

    private static async Task<(HttpStatusCode Status, string Answer)> ConnectAsync(ChatHost host, string path, CookieContainer cookies)
    {
        using var socket = new ClientWebSocket();
        socket.Options.Cookies = cookies;
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(
            () => socket.ConnectAsync(new UriBuilder(new Uri(host.Address, path)) { Scheme = "ws" }.Uri, Cancellation));
        return (socket.HttpStatusCode, "");
    }

    /// <summary>Without what is new in each answer.</summary>
    private static string WithoutTokens(string answer) =>
        string.Join('\n', answer
            .Split(["value=\"", "\"traceId\":"], StringSplitOptions.None)
            .Select((part, i) => i == 0 ? part : part[(part.IndexOf('"', 1) + 1)..])).Trim();

    /// <summary>All that there is of a visitor, in memory and in the store.</summary>
    private static async Task<string> DescribeAsync(ChatHost host, string owner)
    {
        var store = host.Services.GetRequiredService<IConversationStore>();
        var storage = host.Services.GetRequiredService<ConversationStorage>();
        var directory = host.Services.GetRequiredService<ConversationCache>();
        var text = new List<string>();
        foreach (var summary in (await store.ListAsync(owner, 100, Cancellation)).OrderBy(
            summary => summary.Id.Value, StringComparer.Ordinal))
        {
            var live = directory.Get(summary.Id);
            await Eventually.TrueAsync(() => storage.IsSaved(live));
            var stored = (await store.ReadAsync(new ConversationKey(owner, summary.Id), 100, cancellationToken: Cancellation))!;
            text.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{summary.Id} {live.Details.Title} {stored.Summary.Title} " +
                $"{live.Details.IsPaused} {stored.Summary.IsPaused} {live.IsDeleted}"));
            text.AddRange(stored.Entries.Select(entry => $"{entry.Ordinal} {entry.Role} {entry.State} {entry.Withdrawn} {entry.Text}"));
            lock (live.Gate)
            {
                text.AddRange(
                    live.Log.Entries.Select(entry => $"{entry.Ordinal} {entry.Role} {entry.State} {entry.Withdrawn} {entry.Text}"));
            }
        }

        Assert.Contains(text, line => line.Contains(Secret, StringComparison.Ordinal));
        return string.Join('\n', text);
    }
}
