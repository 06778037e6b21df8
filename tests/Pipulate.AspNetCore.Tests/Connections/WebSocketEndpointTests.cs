using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Connections;

public sealed class WebSocketEndpointTests
{
    [Fact]
    public async Task Get_WithoutUpgrade_SaysThatItIsASocket()
    {
        await using var host = await ChatHost.StartAsync();
        using var http = new HttpClient();

        var response = await http.GetAsync(new Uri(host.Address, "/ws"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
    }

    /// <summary>
    /// A browser that has the page by HTTP/2, as from any https address, opens its socket on the same connection: by CONNECT, not by GET
    /// (RFC 8441).
    /// </summary>
    [Fact]
    public async Task Connect_OverHttp2_IsLetIn()
    {
        await using var host = await ChatHost.StartAsync(
            services: services => services.Configure<KestrelServerOptions>(
                kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2)));
        using var socket = new ClientWebSocket();
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(
            new UriBuilder(host.Address) { Scheme = "ws", Path = "/ws" }.Uri, http, TestContext.Current.CancellationToken);

        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);

        Assert.Contains("msg-list", Encoding.UTF8.GetString(buffer, 0, received.Count), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("http://127.0.0.1.evil.example")]
    [InlineData("http://127.0.0.1:1")]
    [Trait("Row", "S-01")]
    public async Task Connect_FromAnotherOrigin_IsRefusedBeforeTheHandshake(string origin)
    {
        await using var host = await ChatHost.StartAsync();

        var refused = await ConnectAsync(host, origin);

        Assert.Equal(HttpStatusCode.Forbidden, refused);
        Assert.Empty(host.Services.Registry().GetConnections(ChatAudience.Everyone));
    }

    [Fact]
    public async Task Connect_FromTheSameOrAnAllowedOrigin_IsLetIn()
    {
        await using var host = await ChatHost.StartAsync(configure: options => options.AllowedOrigins.Add("https://app.example.com"));

        Assert.Equal(HttpStatusCode.SwitchingProtocols, await ConnectAsync(host, host.Address.GetLeftPart(UriPartial.Authority)));
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await ConnectAsync(host, "https://app.example.com"));
    }

    [Fact]
    [Trait("Row", "S-09")]
    public async Task Connect_PastTheVisitorsLimit_Is429AndTheNextIsLetInWhenOneLeaves()
    {
        await using var host = await ChatHost.StartAsync(configure: options => options.Limits.ConnectionsPerVisitor = 2);
        var visitor = new CookieContainer();
        await using var first = await ChatPage.OpenAsync(host.Address, visitor);
        await using var second = await ChatPage.OpenAsync(host.Address, visitor);

        Assert.Equal(HttpStatusCode.TooManyRequests, await ConnectAsync(host, cookies: visitor));

        await first.DisposeAsync();
        await Eventually.TrueAsync(() => host.Services.Registry().Count == 1);
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await ConnectAsync(host, cookies: visitor));
    }

    [Fact]
    [Trait("Row", "S-09")]
    public async Task Connect_PastTheServersLimit_Is503()
    {
        await using var host = await ChatHost.StartAsync(configure: options => options.Limits.Connections = 1);
        await using var first = await ChatPage.OpenAsync(host.Address, new CookieContainer());

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ConnectAsync(host));
    }

    [Theory]
    [InlineData("{\"msg\":", 1007)]
    [InlineData("[]", 1007)]
    [InlineData("\"no form\"", 1007)]
    [InlineData("{\"msg\":\"a\"} trailing", 1007)]
    [InlineData("{\"msg\":\"a\",\"msg\":\"b\"}", 1007)]
    [InlineData("{\"msg\":\"\\ud800\"}", 1007)]
    [Trait("Row", "S-17")]
    [Trait("Row", "S-19")]
    public async Task Message_ThatIsNoForm_ClosesWith1007AndOneLineWithoutItsText(string message, int code)
    {
        await using var host = await ChatHost.StartAsync();
        var page = await host.OpenAsync();

        await page.SendAsync(message);

        Assert.Equal(code, await page.Closed.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
        var line = Assert.Single(host.Logs.Lines, line => line.Text.Contains("cannot be taken", StringComparison.Ordinal));
        Assert.DoesNotContain(message, line.Text, StringComparison.Ordinal);
        await AssertOthersLiveAsync(host);
    }

    [Fact]
    [Trait("Row", "S-18")]
    public async Task Message_WithANestingBomb_ClosesWith1007()
    {
        await using var host = await ChatHost.StartAsync();
        var page = await host.OpenAsync();

        await page.SendAsync($$"""{"msg":"hi","deep":{{new string('[', 9_000)}}{{new string(']', 9_000)}}}""");

        Assert.Equal(1007, await page.Closed.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
        await AssertOthersLiveAsync(host);
    }

    [Fact]
    [Trait("Row", "S-14")]
    public async Task Message_InBinary_ClosesWith1003()
    {
        await using var host = await ChatHost.StartAsync();
        var page = await host.OpenAsync();

        await page.SendAsync("""{"msg":"hi"}""", WebSocketMessageType.Binary);

        Assert.Equal(1003, await page.Closed.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
        await AssertOthersLiveAsync(host);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [Trait("Row", "S-12")]
    public async Task Message_OverTheLimit_ClosesWith1009(int fragments)
    {
        await using var host = await ChatHost.StartAsync();
        var page = await host.OpenAsync();
        var bytes = Encoding.UTF8.GetBytes($$"""{"msg":"{{new string('x', 32_768)}}"}""");

        for (var i = 0; i < fragments; i++)
        {
            var part = bytes.AsMemory(i * bytes.Length / fragments, ((i + 1) * bytes.Length / fragments) - (i * bytes.Length / fragments));
            await page.Socket.SendAsync(part, WebSocketMessageType.Text, i == fragments - 1, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1009, await page.Closed.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
        await AssertOthersLiveAsync(host);
    }

    [Fact]
    public async Task Message_JustUnderTheLimit_IsRead()
    {
        await using var host = await ChatHost.StartAsync(configure: options => options.Limits.MessageCharacters = 40_000);
        var page = await host.OpenAsync();
        var text = new string('x', 32_000);

        await page.TypeAsync(text);

        await page.WaitAsync(dom => dom.Entries.Any(entry => entry.Role == "user" && entry.Text == text));
    }

    [Theory]
    [InlineData("""{"msg":""}""")]
    [InlineData("""{"msg":"  \n "}""")]
    [InlineData("""{"other":"x"}""")]
    [InlineData("""{"msg":["a","b"]}""")]
    [Trait("Row", "S-20")]
    public async Task Message_WithNothingTyped_IsAnsweredByNothing(string message)
    {
        await using var host = await ChatHost.StartAsync();
        var page = await host.OpenAsync();

        await page.SendAsync(message);
        await page.TypeAsync("hello");
        await page.WaitForAnswerAsync();

        Assert.Equal(["hello"], page.Read(dom => dom.Entries.Where(entry => entry.Role == "user").Select(entry => entry.Text)));
        Assert.Single(host.Ollama.Chats);
    }

    [Fact]
    [Trait("Row", "S-20")]
    public async Task Message_WithTooManyCharacters_IsRefusedWithTheLimitAndLosesNothing()
    {
        await using var host = await ChatHost.StartAsync();
        var page = await host.OpenAsync();

        await page.TypeAsync(new string('x', 4_001));

        await page.WaitAsync(dom => dom.TextOf("chat-hint")?.Contains("at most 4000", StringComparison.Ordinal) is true);
        Assert.Equal(WebSocketState.Open, page.Socket.State);
        Assert.Empty(page.Read(dom => dom.Entries));
    }

    [Fact]
    [Trait("Row", "S-22")]
    public async Task Message_SentTwice_IsHeardOnceAndAcknowledgedTwice()
    {
        await using var host = await ChatHost.StartAsync();
        var page = await host.OpenAsync();

        await page.TypeAsync("once", "id-1");
        await page.TypeAsync("once", "id-1");
        await page.TypeAsync("other", "id-1");

        await page.WaitAsync(dom => dom.Entries.Any(entry => entry.Text == "other"));
        Assert.Equal(["once", "other"], page.Read(dom => dom.Entries.Where(entry => entry.Role == "user").Select(entry => entry.Text)));
    }

    [Fact]
    [Trait("Row", "F-11")]
    public async Task Shutdown_WhileAnAnswerStreams_ShowsItAsStoppedThenCloses1012AndEndsWithinFiveSeconds()
    {
        await using var host = await ChatHost.StartAsync();
        var never = new TaskCompletionSource();
        host.Ollama.Answer = _ => FakeAnswer.Text("one two three") with { GateAfterFirst = never.Task };
        var page = await host.OpenAsync();
        await page.TypeAsync("hello");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry.Role == "assistant" && entry.Text.Length > 0));

        var began = TimeProvider.System.GetTimestamp();
        await host.StopAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(1012, await page.Closed.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
        var answer = page.Read(dom => dom.Entries.Single(entry => entry.Role == "assistant"));
        Assert.Equal("stopped", answer.State);
        Assert.Equal("Stopped: the server is restarting.", page.Read(dom => dom.ReasonOf(answer.Id)));
    }

    [Fact]
    public async Task Cookie_OfAVisitor_IsHttpOnlyAndLaxAndProtected()
    {
        await using var host = await ChatHost.StartAsync();
        var visitor = new CookieContainer();

        var page = await host.OpenAsync(visitor);

        var cookie = Assert.Single(visitor.GetAllCookies(), cookie => cookie.Name == "pipulate.visitor");
        Assert.True(cookie.HttpOnly);
        var id = host.Services.Registry().GetConnections(ChatAudience.Everyone).Single().Conversation.Value;
        Assert.DoesNotContain(id[2..], cookie.Value, StringComparison.Ordinal);
        Assert.Equal(WebSocketState.Open, page.Socket.State);
    }

    [Fact]
    [Trait("Row", "S-46")]
    public async Task Cookie_ThatIsForged_IsAStrangers()
    {
        await using var host = await ChatHost.StartAsync();
        var victim = await host.OpenAsync();
        var id = host.Services.Registry().GetConnections(ChatAudience.Everyone).Single().Conversation.Value;
        var forged = new CookieContainer();
        forged.Add(new Cookie("pipulate.visitor", id[2..], "/", "127.0.0.1"));

        await host.OpenAsync(forged);

        Assert.Equal(
            2, host.Services.Registry().GetConnections(ChatAudience.Everyone).Select(page => page.Conversation).Distinct().Count());
        Assert.Equal(WebSocketState.Open, victim.Socket.State);
    }

    private static async Task<HttpStatusCode> ConnectAsync(ChatHost host, string? origin = null, CookieContainer? cookies = null)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.Cookies = cookies;
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin);
        }

        try
        {
            await socket.ConnectAsync(
                new UriBuilder(host.Address) { Scheme = "ws", Path = "/ws" }.Uri, TestContext.Current.CancellationToken);
        }
        catch (WebSocketException)
        {
            // Refused: the status says how.
        }

        return socket.HttpStatusCode;
    }

    private static async Task AssertOthersLiveAsync(ChatHost host)
    {
        var canary = await host.OpenAsync();
        await canary.TypeAsync("are you there?");
        await canary.WaitForAnswerAsync();
    }
}
