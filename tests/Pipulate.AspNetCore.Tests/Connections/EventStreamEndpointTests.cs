using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Connections;
using Pipulate.FakeOllama;
using Pipulate.Rendering;
using Pipulate.Tests.Telemetry;

namespace Pipulate.Tests.Connections;

public sealed class EventStreamEndpointTests
{
    [Fact]
    public async Task Get_OfANewVisitor_IsAStreamThatNobodyKeepsBackAndBeginsWithASnapshot()
    {
        await using var host = await ChatHost.StartAsync();
        await using var page = await StreamPage.OpenAsync(host.Address);

        Assert.Equal("text/event-stream", page.Response.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-store, no-cache, private", page.Response.Headers.CacheControl!.ToString());
        Assert.Equal("no", Assert.Single(page.Response.Headers.GetValues("X-Accel-Buffering")));
        Assert.NotNull(Assert.Single(page.Visitor.GetAllCookies(), cookie => cookie.Name == "pipulate.visitor"));
        var first = page.Events.First(one => one.Data is not null);
        Assert.True(first.IsSnapshot);
        Assert.NotNull(first.Id);
        Assert.Null(first.Name);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [Trait("Row", "S-01")]
    public async Task Get_FromAnotherOrigin_Is403(string name, string value)
    {
        await using var host = await ChatHost.StartAsync(ollama: false);

        using var refused = await GetAsync(host, header: (name, value));

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(0, host.Services.Registry().Count);
    }

    [Fact]
    public async Task Get_FromAnAllowedOrigin_IsLetIn()
    {
        await using var host =
            await ChatHost.StartAsync(configure: options => options.AllowedOrigins.Add("https://app.example.com"), ollama: false);

        using var response = await GetAsync(host, header: ("Origin", "https://app.example.com"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Get_PastTheVisitorsLimit_Is429WithSocketsCountedTooAndTheNextIsLetInWhenOneLeaves()
    {
        await using var host = await ChatHost.StartAsync(configure: options => options.Limits.ConnectionsPerVisitor = 2, ollama: false);
        var visitor = new CookieContainer();
        await using var first = await StreamPage.OpenAsync(host.Address, visitor);
        await using var second = await ChatPage.OpenAsync(host.Address, visitor);

        using var refused = await GetAsync(host, visitor);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), refused.Headers.RetryAfter!.Delta);
        await first.LeaveAsync();
        await Eventually.TrueAsync(() => host.Services.Registry().Count == 1);
        using var next = await GetAsync(host, visitor);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task Get_PastTheServersLimit_Is503()
    {
        await using var host = await ChatHost.StartAsync(configure: options => options.Limits.Connections = 1, ollama: false);
        await using var first = await StreamPage.OpenAsync(host.Address);

        using var refused = await GetAsync(host);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), refused.Headers.RetryAfter!.Delta);
    }

    [Fact]
    public async Task Get_WhileTheServerDrains_Is503AndOpenStreamsJustEnd()
    {
        await using var host = await ChatHost.StartAsync(ollama: false);
        await using var page = await StreamPage.OpenAsync(host.Address);

        // As at a shutdown, but for Kestrel, which is to answer once more.
        foreach (var connection in host.Services.GetRequiredService<ConnectionRegistry>().Drain())
        {
            connection.Close(CloseReason.Restarting);
        }

        await page.Ended.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
        using var refused = await GetAsync(host);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.All(page.Events, one => Assert.Null(one.Name));
    }

    [Theory]
    [InlineData("GET", "/chat/sse")]
    [InlineData("POST", "/chat/message")]
    public async Task Endpoints_WithAuthorizationRequired_AreCovered(string method, string path)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddPipulate();
        builder.Services.AddAuthentication().AddCookie(cookie => cookie.Events.OnRedirectToLogin = context =>
        {
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        });
        builder.Services.AddAuthorization();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapPipulate("/chat").RequireAuthorization(policy => policy.AddAuthenticationSchemes("Cookies").RequireAuthenticatedUser());
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Message_TypedAndAnswered_StreamsToItsEnd()
    {
        const string answer = " one\n  two\r\n<b>three</b> &amp; \"four\" 🌅 ";
        await using var host = await ChatHost.StartAsync(StreamPage.MapToken, options => options.Markdown = false);
        host.Ollama.Answer = _ => FakeAnswer.Text(answer) with { TokensPerSecond = 100 };
        await using var page = await StreamPage.OpenAsync(host.Address);

        using var response = await page.TypeAsync("hello", "id-1");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("id-1", page.Read(dom => dom.AttributeOf("msg-id", "data-ack")));
        Assert.Equal(answer.Replace("\r", "", StringComparison.Ordinal), await page.WaitForAnswerAsync());
        Assert.Equal(["hello"], page.Read(dom => dom.Entries.Where(entry => entry.Role == "user").Select(entry => entry.Text)));
        Assert.All(page.Events.Where(one => one.Data is not null), one => Assert.NotNull(one.Id));
    }

    [Fact]
    public async Task Reconnect_InMidStreamWithTheIdOfWhereEverythingIs_GoesOnWithoutASnapshot()
    {
        await using var host = await ChatHost.StartAsync(StreamPage.MapToken);
        var rest = new TaskCompletionSource();
        host.Ollama.Answer = _ => FakeAnswer.Text("one two three four") with { GateAfterFirst = rest.Task };
        await using var page = await StreamPage.OpenAsync(host.Address);
        using var typed = await page.TypeAsync("hello");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry is { Role: "assistant", Text.Length: > 0 }));

        await page.LeaveAsync();
        using var metrics = new RecordedMetrics(host.Services);
        await page.ConnectAsync(page.LastEventId);
        rest.SetResult();

        Assert.Equal("one two three four", await page.WaitForAnswerAsync());
        Assert.DoesNotContain(page.Events, one => one.IsSnapshot);
        Assert.Equal("resumed", Assert.Single(metrics["pipulate.connection.resyncs"]).Tags["kind"]);
    }

    [Fact]
    public async Task Reconnect_WithoutAnIdOrAnOldOrAForeignOne_BeginsWithASnapshotThatIsRight()
    {
        await using var host = await ChatHost.StartAsync(StreamPage.MapToken);
        var rest = new TaskCompletionSource();
        host.Ollama.Answer = _ => FakeAnswer.Text("one two three four") with { GateAfterFirst = rest.Task };
        await using var other = await StreamPage.OpenAsync(host.Address);
        await using var page = await StreamPage.OpenAsync(host.Address);
        var old = page.LastEventId;
        using var typed = await page.TypeAsync("hello");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry is { Role: "assistant", Text.Length: > 0 }));

        foreach (var id in new[] { null, old, other.LastEventId, "nonsense", "" })
        {
            await page.LeaveAsync();
            await page.ConnectAsync(id);
            await page.WaitForEventAsync(one => one.Data is not null);
            Assert.True(page.Events.First(one => one.Data is not null).IsSnapshot, $"With the id '{id}'.");
            Assert.Equal(["hello", "one"], page.Read(dom => dom.Entries.Select(entry => entry.Text)));
        }

        rest.SetResult();
        Assert.Equal("one two three four", await page.WaitForAnswerAsync());
        Assert.Equal(2, page.Read(dom => dom.Entries.Count));
    }

    [Fact]
    public async Task Reconnect_AfterWhatWasMissed_ShowsItOnce()
    {
        await using var host = await ChatHost.StartAsync(StreamPage.MapToken);
        host.Ollama.Answer = _ => FakeAnswer.Text("an answer");
        var visitor = new CookieContainer();
        await using var page = await StreamPage.OpenAsync(host.Address, visitor);
        await page.LeaveAsync();
        await using var socket = await ChatPage.OpenAsync(host.Address, visitor);
        await socket.TypeAsync("said elsewhere");
        await socket.WaitForAnswerAsync();

        await page.ConnectAsync(page.LastEventId);

        Assert.Equal("an answer", await page.WaitForAnswerAsync());
        Assert.Equal(socket.Read(dom => dom.Entries), page.Read(dom => dom.Entries));
    }

    [Fact]
    public async Task Shutdown_WhileAnAnswerStreams_ShowsItAsStoppedThenEndsWithinFiveSeconds()
    {
        await using var host = await ChatHost.StartAsync(StreamPage.MapToken);
        var never = new TaskCompletionSource();
        host.Ollama.Answer = _ => FakeAnswer.Text("one two three") with { GateAfterFirst = never.Task };
        await using var page = await StreamPage.OpenAsync(host.Address);
        using var typed = await page.TypeAsync("hello");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry is { Role: "assistant", Text.Length: > 0 }));

        var began = TimeProvider.System.GetTimestamp();
        await host.StopAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await page.Ended.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
        Assert.Equal("stopped", page.Read(dom => dom.Entries.Single(entry => entry.Role == "assistant").State));
        Assert.All(page.Events, one => Assert.Null(one.Name));
    }

    [Fact]
    public async Task Close_OfAPageThatIsNotToComeBack_TellsItSo()
    {
        await using var host = await ChatHost.StartAsync(ollama: false);
        await using var page = await StreamPage.OpenAsync(host.Address);

        Assert.Single(host.Services.GetRequiredService<ConnectionRegistry>().Find(ChatAudience.Everyone)).Close(
            CloseReason.PolicyViolation);

        await page.Ended.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
        var last = page.Events[^1];
        Assert.Equal(("chat-closed", "1008"), (last.Name, last.Data));
        await Eventually.TrueAsync(() => host.Services.Registry().Count == 0);
    }

    [Fact]
    public async Task Fragment_OfSeveralLines_ArrivesWholeInAnEventOfItsOwnThatMovesNoPlace()
    {
        await using var host = await ChatHost.StartAsync(ollama: false);
        await using var page = await StreamPage.OpenAsync(host.Address);
        await Eventually.TrueAsync(() => page.Read(dom => dom.Status.Length > 0));
        var place = page.LastEventId;

        await host.Services.GetRequiredService<IChatChannel>().SendAsync(
            ChatAudience.Everyone,
            "<div id=\"chat-hint\" hx-swap-oob=\"innerHTML\">one\n two\r\n\n: three\rdata: four\n</div>",
            TestContext.Current.CancellationToken);

        await page.WaitAsync(dom => dom.TextOf("chat-hint") is { Length: > 0 });
        Assert.Equal("one\n two\n\n: three\ndata: four\n", page.Read(dom => dom.TextOf("chat-hint")));
        Assert.Null(page.Events[^1].Id);
        Assert.Equal(place, page.LastEventId);
    }

    [Fact]
    public async Task Heartbeat_OfAQuietStream_ComesEachFifteenSeconds()
    {
        var time = new ManualTime();
        await using var host = await ChatHost.StartAsync(services: services => services.AddSingleton<TimeProvider>(time), ollama: false);
        await using var page = await StreamPage.OpenAsync(host.Address);
        var status = host.Services.GetRequiredService<PanelStatus>();
        await Eventually.TrueAsync(() => status.Read().Text.Length > 0);

        // The clock goes on only where something is gathered: no beat falls into the beginning.
        var begun = page.WaitAsync(dom => dom.Status == status.Read().Text);
        while (await Task.WhenAny(begun, time.WaitForTimerAsync(ChatConnection.GatherInterval)) != begun)
        {
            time.Advance(ChatConnection.GatherInterval);
        }

        await begun;
        var before = page.Events.Count(one => one.Comment);
        for (var beats = 1; beats <= 3; beats++)
        {
            Assert.Equal(before + beats - 1, page.Events.Count(one => one.Comment));

            time.Advance(TimeSpan.FromSeconds(15));

            await page.WaitAsync(_ => page.Events.Count(one => one.Comment) == before + beats);
        }
    }

    [Fact]
    public async Task Page_ThatStopsReading_IsLetGoAfterTheSendLimitAndTheOthersGoOn()
    {
        await using var host =
            await ChatHost.StartAsync(StreamPage.MapToken, options => options.Limits.Send = TimeSpan.FromSeconds(1), ollama: false);
        using var staller = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
        await staller.ConnectAsync(IPAddress.Loopback, host.Address.Port, TestContext.Current.CancellationToken);
        await staller.SendAsync(
            Encoding.ASCII.GetBytes($"GET /sse HTTP/1.1\r\nHost: {host.Address.Authority}\r\n\r\n"), TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => host.Services.Registry().Count == 1);
        var stalled = Assert.Single(host.Services.Registry().GetConnections(ChatAudience.Everyone));
        await using var page = await StreamPage.OpenAsync(host.Address);

        // More than the machine takes for a page that reads nothing.
        var text = new string('x', 16_000_000);
        await host.Services
            .GetRequiredService<IChatChannel>()
            .SayAsync(ChatAudience.Conversation(stalled.Conversation), text, TestContext.Current.CancellationToken);

        await Eventually.TrueAsync(() => host.Services.Registry().Count == 1);
        Assert.Contains(host.Logs.Lines, line => line.Text.Contains($"Page {stalled.Id} was closed", StringComparison.Ordinal));
        using var typed = await page.TypeAsync("are you there?");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry.Text == "are you there?"));
    }

    [Fact]
    public async Task Page_ThatLeaves_IsForgotten()
    {
        await using var host = await ChatHost.StartAsync(ollama: false);
        await using var page = await StreamPage.OpenAsync(host.Address);

        await page.LeaveAsync();

        await Eventually.TrueAsync(() => host.Services.Registry().Count == 0);
    }

    private static async Task<HttpResponseMessage> GetAsync(
        ChatHost host, CookieContainer? visitor = null, (string Name, string Value)? header = null)
    {
        using var http =
            new HttpClient(new SocketsHttpHandler { CookieContainer = visitor ?? new CookieContainer() }) { BaseAddress = host.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sse");
        if (header is { } given)
        {
            request.Headers.Add(given.Name, given.Value);
        }

        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }
}
