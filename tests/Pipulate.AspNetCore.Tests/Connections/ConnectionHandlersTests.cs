using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipulate.Connections;
using Pipulate.FakeOllama;
using Pipulate.Security;

namespace Pipulate.Tests.Connections;

public sealed partial class ConnectionHandlersTests
{
    private readonly Diary _diary = new();

    [Fact]
    public async Task Page_ComesAndGoes_IsToldOnceEachWithItsUser()
    {
        await using var host =
            await StartAsync(services => new PipulateBuilder(services).AddConnectionHandler<Recorder>().AddConnectionHandler<Recorder>());
        var page = await host.OpenAsync();
        var id = Assert.Single(host.Services.Registry().GetConnections(ChatAudience.Everyone)).Id;
        await _diary.ContainsAsync($"connected {id} anna");
        Assert.DoesNotContain($"disconnected {id} anna", _diary.Lines);

        await page.DisposeAsync();

        await _diary.ContainsAsync($"disconnected {id} anna");
        Assert.Equal(["connecting anna", $"connected {id} anna", $"disconnected {id} anna"], _diary.Lines);
    }

    [Fact]
    public async Task Page_ThatIsCutOff_IsToldAsGone()
    {
        await using var host = await StartAsync(services => new PipulateBuilder(services).AddConnectionHandler<Recorder>());
        var page = await host.OpenAsync();
        var id = Assert.Single(host.Services.Registry().GetConnections(ChatAudience.Everyone)).Id;
        await _diary.ContainsAsync($"connected {id} anna");

        page.Socket.Abort();

        await _diary.ContainsAsync($"disconnected {id} anna");
    }

    [Fact]
    public async Task Pages_AtAShutdown_AreToldAsGone()
    {
        await using var host = await StartAsync(services => new PipulateBuilder(services).AddConnectionHandler<Recorder>());
        await host.OpenAsync();
        await host.OpenAsync();

        await host.StopAsync();

        Assert.Equal(2, _diary.Lines.Count(line => line.StartsWith("disconnected", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Message_ThatAHandlerTakes_IsKeptFromTheModelAndAccepted()
    {
        await using var host =
            await StartAsync(services => new PipulateBuilder(services).AddConnectionHandler<Recorder>().AddConnectionHandler<Commander>());
        host.Ollama.Answer = _ => FakeAnswer.Text("Hello.");
        var page = await host.OpenAsync();

        await page.TypeAsync("/mute", "m1");
        await page.WaitAsync(dom => dom.AttributeOf("msg-id", "data-ack") == "m1");
        await page.TypeAsync("hello");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry is { Role: "assistant", State: "complete" }));

        Assert.Equal(["hello", "Hello."], page.Read(dom => dom.Entries.Select(entry => entry.Text).ToArray()));
        Assert.Equal(["message /mute", "message hello"], _diary.Lines.Where(line => line.StartsWith("message", StringComparison.Ordinal)));
        Assert.DoesNotContain(
            Assert.Single(host.Ollama.Chats).Messages, message => message.Content.Contains("mute", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Handler_ThatThrows_IsLoggedAndEndsNothing()
    {
        await using var host =
            await StartAsync(services => new PipulateBuilder(services).AddConnectionHandler<Thrower>().AddConnectionHandler<Recorder>());
        host.Ollama.Answer = _ => FakeAnswer.Text("Hello.");
        var page = await host.OpenAsync();
        await page.TypeAsync("hello");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry is { Role: "assistant", State: "complete" }));
        await page.DisposeAsync();
        await _diary.WaitAsync(lines => lines.Any(line => line.StartsWith("disconnected", StringComparison.Ordinal)));

        var errors = host.Logs.Lines
            .Where(line => line.Level is LogLevel.Error && !line.Text.Contains("Nobody is here.", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(3, errors.Count);
        Assert.All(errors, error => Assert.Contains(typeof(Thrower).FullName!, error.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Handler_ThatCannotBeMade_IsLoggedAndEndsNothing()
    {
        var trouble = new Trouble();
        await using var host =
            await StartAsync(services => new PipulateBuilder(services.AddSingleton(trouble)).AddConnectionHandler<Unmakeable>());
        host.Ollama.Answer = _ => FakeAnswer.Text("Hello.");
        var page = await host.OpenAsync();
        trouble.IsThere = true;
        await page.TypeAsync("hello");
        Assert.Equal("Hello.", await page.WaitForAnswerAsync());
        await page.DisposeAsync();
        await Eventually.TrueAsync(() => host.Logs.Lines.Count(line => line.Level is LogLevel.Error) == 2);

        Assert.All(
            host.Logs.Lines.Where(line => line.Level is LogLevel.Error),
            error => Assert.Contains(nameof(Unmakeable), error.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Handler_ThatGivesUpWhenItsPageIsGone_IsNoError()
    {
        await using var host = await StartAsync(
            services => new PipulateBuilder(services).AddConnectionHandler<Recorder>().AddConnectionHandler<Patient>(), ollama: false);
        var page = await host.OpenAsync();
        await page.TypeAsync("hello");
        await _diary.ContainsAsync("message hello");

        page.Socket.Abort();

        await _diary.WaitAsync(lines => lines.Any(line => line.StartsWith("disconnected", StringComparison.Ordinal)));
        Assert.DoesNotContain(
            host.Logs.Lines,
            line => line.Level >= LogLevel.Warning && line.Category.Contains(nameof(ConnectionHandlers), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/ws")]
    [InlineData("/sse")]
    public async Task Connect_ThatAHandlerRefuses_Is403BeforeAnythingIsSentAndNobodyIsToldOfAPage(string path)
    {
        await using var host = await StartAsync(
            services => new PipulateBuilder(services).AddConnectionHandler<Doorkeeper>().AddConnectionHandler<Recorder>(), ollama: false);

        var (status, retryAfter) = await ConnectAsync(host, path + "?closed");
        var known = await ConnectAsync(host, path);

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Null(retryAfter);
        Assert.Equal(path == "/ws" ? HttpStatusCode.SwitchingProtocols : HttpStatusCode.OK, known.Status);
        await _diary.WaitAsync(lines => lines.Count(line => line.StartsWith("disconnected", StringComparison.Ordinal)) == 1);
        Assert.Single(_diary.Lines, line => line.StartsWith("connecting", StringComparison.Ordinal));
        Assert.Single(_diary.Lines, line => line.StartsWith("connected", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/ws")]
    [InlineData("/sse")]
    public async Task Connect_WhereTheHandlerThatDecidesFails_Is503UntilItDoesNot(string path)
    {
        var trouble = new Trouble { IsThere = true };
        await using var host = await StartAsync(
            services => new PipulateBuilder(services.AddSingleton(trouble)).AddConnectionHandler<Unmakeable>(), ollama: false);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), await ConnectAsync(host, path));
        Assert.Equal(0, host.Services.Registry().Count);

        trouble.IsThere = false;
        Assert.Equal(path == "/ws" ? HttpStatusCode.SwitchingProtocols : HttpStatusCode.OK, (await ConnectAsync(host, path)).Status);
    }

    [Fact]
    public async Task Connect_WhoseLastPlaceIsTakenWhileAHandlerDecides_IsRefused()
    {
        var gate = new TaskCompletionSource();
        await using var host = await StartAsync(
            services =>
                new PipulateBuilder(services.AddSingleton(gate)).AddConnectionHandler<Recorder>().AddConnectionHandler<SlowDoorkeeper>(),
            ollama: false,
            configure: options => options.Limits.Connections = 1);
        var late = ConnectAsync(host, "/ws?slow");
        await _diary.ContainsAsync("connecting anna");
        await host.OpenAsync();

        gate.SetResult();

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), await late);
        Assert.Equal(1, host.Services.Registry().Count);
    }

    [Fact]
    public async Task Page_ThatIsDisconnectedAsItConnects_IsClosedWith1008AndToldAsGoneOnce()
    {
        await using var host = await StartAsync(
            services => new PipulateBuilder(services).AddConnectionHandler<Bouncer>().AddConnectionHandler<Recorder>(), ollama: false);

        var page = await host.OpenAsync();

        Assert.Equal(1008, await page.Closed.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
        await Eventually.TrueAsync(() => host.Services.Registry().Count == 0);
        await _diary.WaitAsync(lines => lines.Any(line => line.StartsWith("disconnected", StringComparison.Ordinal)));
        Assert.Single(_diary.Lines, line => line.StartsWith("connected", StringComparison.Ordinal));
        Assert.Single(_diary.Lines, line => line.StartsWith("disconnected", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_ThatCameByAStream_IsToldOnceEachWithWhatItTyped()
    {
        await using var host = await StartAsync(
            services => new PipulateBuilder(services).AddConnectionHandler<Recorder>(), ollama: false, map: StreamPage.MapToken);
        await using var page = await StreamPage.OpenAsync(host.Address);
        var id = Assert.Single(host.Services.Registry().GetConnections(ChatAudience.Everyone)).Id;

        using var typed = await page.TypeAsync("hello", "m1");
        await page.LeaveAsync();

        await _diary.ContainsAsync($"disconnected {id} anna");
        Assert.Equal(["connecting anna", $"connected {id} anna", "message hello", $"disconnected {id} anna"], _diary.Lines);
    }

    [Fact]
    public async Task Page_ThatIsGoneBeforeAnybodyWasToldOfIt_IsNotToldAsGoneEither()
    {
        await using var host = await StartAsync(services => new PipulateBuilder(services).AddConnectionHandler<Recorder>(), ollama: false);
        var request = new DefaultHttpContext { RequestServices = host.Services };

        var page = host.Services.GetRequiredService<ConnectionSessionFactory>().Open(
            request,
            new ConnectionLease(new Visitor(new ConversationId("a"), new ConversationId("a"), null), () => { }),
            new EventStreamTransport(new Pipe().Writer),
            () => { });
        await page.DisposeAsync();

        Assert.Empty(_diary.Lines);
    }

    [Fact]
    public async Task Message_SentTwice_IsShownToAHandlerTwiceWithTheSameId()
    {
        var ids = new ConcurrentQueue<string?>();
        await using var host =
            await StartAsync(services => new PipulateBuilder(services.AddSingleton(ids)).AddConnectionHandler<Counter>(), ollama: false);
        var page = await host.OpenAsync();

        await page.TypeAsync("hello", "m1");
        await page.TypeAsync("hello", "m1");
        await Eventually.TrueAsync(() => ids.Count == 2);

        Assert.Equal(["m1", "m1"], ids);
        await page.WaitAsync(dom => dom.Entries.Count(entry => entry.Role == "user") == 1);
    }

    [Fact]
    public async Task Handler_ThatTakesItsTime_HoldsUpItsOwnPageOnly()
    {
        var gate = new TaskCompletionSource();
        await using var host =
            await StartAsync(services => new PipulateBuilder(services.AddSingleton(gate)).AddConnectionHandler<Waiter>());
        host.Ollama.Answer = _ => FakeAnswer.Text("Hello.");
        var slow = await host.OpenAsync();
        await slow.TypeAsync("wait");
        var quick = await host.OpenAsync();

        await quick.TypeAsync("hello");
        await quick.WaitAsync(dom => dom.Entries.Any(entry => entry is { Role: "assistant", State: "complete" }));
        Assert.DoesNotContain("wait", slow.Read(dom => dom.Entries.Select(entry => entry.Text).ToArray()));

        gate.SetResult();
        await slow.WaitAsync(dom => dom.Entries.Any(entry => entry.Text == "wait"));
    }

    private Task<ChatHost> StartAsync(
        Action<IServiceCollection> handlers,
        bool ollama = true,
        Action<WebApplication>? map = null,
        Action<PipulateOptions>? configure = null) => ChatHost.StartAsync(
        map,
        configure,
        signIn: app => app.Use((context, next) =>
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "anna")], "test"));
            return next(context);
        }),
        services: services =>
        {
            services.AddSingleton(_diary);
            handlers(services);
        },
        ollama: ollama);

    /// <summary>Opens a page of a new visitor's, sees how it is answered, and leaves.</summary>
    private static async Task<(HttpStatusCode Status, string? RetryAfter)> ConnectAsync(ChatHost host, string path)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Address, path));
        if (path.StartsWith("/ws", StringComparison.Ordinal))
        {
            request.Headers.Add("Connection", "Upgrade");
            request.Headers.Add("Upgrade", "websocket");
            request.Headers.Add("Sec-WebSocket-Version", "13");
            request.Headers.Add("Sec-WebSocket-Key", Convert.ToBase64String(new byte[16]));
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return (response.StatusCode, response.Headers.RetryAfter?.ToString());
    }
}
