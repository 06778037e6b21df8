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

public sealed class ConnectionHandlersTests
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

        var page = host.Services.GetRequiredService<ConnectionAdmission>().Open(
            request,
            new ConnectionLease(new Visitor(new ConversationId("a"), new ConversationId("a"), null), () => { }),
            new EventStreamTransport(new Pipe().Writer),
            () => { });
        await page.DisposeAsync();

        Assert.Empty(_diary.Lines);
    }

    [Fact]
    public async Task Group_JoinedFromAnEndpoint_HasAllPagesOfWhoeverAsked()
    {
        await using var host = await StartAsync(
            _ => { }, ollama: false, map: app => app.MapPost("/kitchen/join", (HttpContext context, IConnectionRegistry registry) =>
        {
            if (context.GetConversation() is { } conversation)
            {
                foreach (var page in registry.GetConnections(ChatAudience.Conversation(conversation)))
                {
                    registry.AddToGroup(page.Id, "kitchen");
                }
            }
        }));
        var socket = await host.OpenAsync();
        await using var stream = await StreamPage.OpenAsync(host.Address, socket.Visitor);

        using var joined = await socket.Http.PostAsync("/kitchen/join", null, TestContext.Current.CancellationToken);
        await host.Services.GetRequiredService<IChatChannel>().SendAsync(
            ChatAudience.Group("kitchen"),
            "<div id=\"chat-hint\" hx-swap-oob=\"innerHTML\">The soup is ready.</div>",
            TestContext.Current.CancellationToken);

        await socket.WaitAsync(dom => dom.TextOf("chat-hint") == "The soup is ready.");
        await stream.WaitAsync(dom => dom.TextOf("chat-hint") == "The soup is ready.");
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

    [Fact]
    public async Task Group_JoinedWhenAPageConnects_HearsWhatIsSentToIt()
    {
        await using var host = await StartAsync(services => new PipulateBuilder(services).AddConnectionHandler<Joiner>());
        var inside = await host.OpenAsync();
        await Eventually.TrueAsync(() => host.Services.Registry().GetCount(ChatAudience.Group("room")) == 1);
        var channel = host.Services.GetRequiredService<IChatChannel>();

        await channel.SayAsync(ChatAudience.Group("room"), "Welcome.", TestContext.Current.CancellationToken);
        await inside.WaitAsync(dom => dom.Entries.Any(entry => entry.Text == "Welcome."));

        await inside.DisposeAsync();
        await Eventually.TrueAsync(() => host.Services.Registry().GetCount(ChatAudience.Group("room")) == 0);
    }

    [Fact]
    [Trait("Row", "S-07")]
    public async Task Disconnect_OfAUser_ClosesTheirPagesWith1008()
    {
        await using var host = await StartAsync(_ => { });
        var page = await host.OpenAsync();

        Assert.Equal(1, host.Services.Registry().Disconnect(ChatAudience.User("anna")));

        Assert.Equal(1008, await page.Closed.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
    }

    /// <summary>
    /// The list of who is here is told two seconds later, once, and to everybody; a page that was loaded again in between was never seen to
    /// go.
    /// </summary>
    [Fact]
    public async Task Presence_WhenPeopleComeAndGo_IsToldOnceForAllThatChangedMeanwhile()
    {
        var time = new ManualTime();
        await using var host = await StartAsync(
            services => new PipulateBuilder(services.AddSingleton<TimeProvider>(time)).AddConnectionHandler<Guests>(), ollama: false);
        var first = await host.OpenAsync();
        var second = await host.OpenAsync();
        await time.WaitForTimerAsync(PresenceNotifier.SettleTime);
        Assert.Empty(_diary.Lines);
        time.Advance(PresenceNotifier.SettleTime);
        await _diary.ContainsAsync("2 pages");

        await second.DisposeAsync();
        await Eventually.TrueAsync(() => host.Services.Registry().Count == 1);
        await time.WaitForTimerAsync(PresenceNotifier.SettleTime);
        time.Advance(PresenceNotifier.SettleTime / 2);
        await host.OpenAsync();
        time.Advance(PresenceNotifier.SettleTime / 2);
        await _diary.WaitAsync(lines => lines.Count == 2);
        host.Services.Registry().AddToGroup(host.Services.Registry().GetConnections(ChatAudience.Everyone)[0].Id, "room");
        await time.WaitForTimerAsync(PresenceNotifier.SettleTime);
        await first.DisposeAsync();
        await Eventually.TrueAsync(() => host.Services.Registry().Count == 1);
        time.Advance(PresenceNotifier.SettleTime);
        await _diary.WaitAsync(lines => lines.Count == 3);

        Assert.Equal(["2 pages", "2 pages", "1 pages"], _diary.Lines);
    }

    [Fact]
    public async Task Presence_WhoseHandlerFails_IsToldAgainWithTheNextChange()
    {
        var time = new ManualTime();
        await using var host = await StartAsync(
            services => new PipulateBuilder(services.AddSingleton<TimeProvider>(time))
                .AddConnectionHandler<Thrower>()
                .AddConnectionHandler<Guests>(), ollama: false);

        for (var round = 1; round <= 2; round++)
        {
            await host.OpenAsync();
            await time.WaitForTimerAsync(PresenceNotifier.SettleTime);
            time.Advance(PresenceNotifier.SettleTime);
            await _diary.ContainsAsync($"{round} pages");
        }

        Assert.Equal(
            2,
            host.Logs.Lines.Count(line => line.Level is LogLevel.Error && line.Text.Contains("Nobody is here.", StringComparison.Ordinal)));
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

    private sealed record PipulateBuilder(IServiceCollection Services) : IPipulateBuilder;

    /// <summary>What handlers have seen, in order.</summary>
    private sealed class Diary
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyList<string> Lines => [.. _lines];

        public void Write(string line) => _lines.Enqueue(line);

        public Task ContainsAsync(string line) => WaitAsync(lines => lines.Contains(line));

        public Task WaitAsync(Func<IReadOnlyList<string>, bool> condition) => Eventually.TrueAsync(() => condition(Lines));
    }

    private sealed class Recorder(Diary diary) : IChatConnectionHandler
    {
        public ValueTask OnConnectingAsync(ChatConnectingContext context)
        {
            diary.Write($"connecting {context.UserId}");
            return default;
        }

        public ValueTask OnConnectedAsync(ChatConnectionContext context)
        {
            diary.Write($"connected {context.Connection.Id} {context.HttpContext.User.FindFirstValue(ClaimTypes.NameIdentifier)}");
            return default;
        }

        public ValueTask OnMessageAsync(ChatMessageContext context)
        {
            diary.Write($"message {context.Text}");
            return default;
        }

        public ValueTask OnDisconnectedAsync(ChatConnectionContext context)
        {
            diary.Write($"disconnected {context.Connection.Id} {context.HttpContext.User.FindFirstValue(ClaimTypes.NameIdentifier)}");
            return default;
        }
    }

    private sealed class Doorkeeper : IChatConnectionHandler
    {
        public ValueTask OnConnectingAsync(ChatConnectingContext context)
        {
            context.Refused = context.HttpContext.Request.Query.ContainsKey("closed");
            return default;
        }
    }

    private sealed class Bouncer(IConnectionRegistry registry) : IChatConnectionHandler
    {
        public ValueTask OnConnectedAsync(ChatConnectionContext context)
        {
            registry.Disconnect(ChatAudience.Connection(context.Connection.Id));
            return default;
        }
    }

    private sealed class Counter(ConcurrentQueue<string?> ids) : IChatConnectionHandler
    {
        public ValueTask OnMessageAsync(ChatMessageContext context)
        {
            ids.Enqueue(context.MessageId);
            return default;
        }
    }

    private sealed class Guests(IConnectionRegistry registry, Diary diary) : IChatConnectionHandler
    {
        public ValueTask OnPresenceChangedAsync(CancellationToken cancellationToken)
        {
            diary.Write($"{registry.GetPresence(ChatAudience.Everyone).Sum(visitor => visitor.Connections)} pages");
            return default;
        }
    }

    private sealed class Commander : IChatConnectionHandler
    {
        public ValueTask OnMessageAsync(ChatMessageContext context)
        {
            context.Handled = context.Text.StartsWith('/');
            return default;
        }
    }

    private sealed class Thrower : IChatConnectionHandler
    {
        public ValueTask OnConnectedAsync(ChatConnectionContext context) => throw new InvalidOperationException("No.");

        public ValueTask OnMessageAsync(ChatMessageContext context) => throw new InvalidOperationException("No.");

        public async ValueTask OnDisconnectedAsync(ChatConnectionContext context)
        {
            await Task.Yield();
            throw new InvalidOperationException("No.");
        }

        public ValueTask OnPresenceChangedAsync(CancellationToken cancellationToken) =>
            throw new InvalidOperationException("Nobody is here.");
    }

    private sealed class Trouble
    {
        public volatile bool IsThere;
    }

    private sealed class Unmakeable : IChatConnectionHandler
    {
        public Unmakeable(Trouble trouble)
        {
            if (trouble.IsThere)
            {
                throw new InvalidOperationException("Not today.");
            }
        }
    }

    private sealed class Patient : IChatConnectionHandler
    {
        public async ValueTask OnMessageAsync(ChatMessageContext context) =>
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.HttpContext.RequestAborted);
    }

    private sealed class SlowDoorkeeper(TaskCompletionSource gate) : IChatConnectionHandler
    {
        public ValueTask OnConnectingAsync(ChatConnectingContext context) =>
            context.HttpContext.Request.Query.ContainsKey("slow") ? new(gate.Task) : default;
    }

    private sealed class Waiter(TaskCompletionSource gate) : IChatConnectionHandler
    {
        public async ValueTask OnMessageAsync(ChatMessageContext context)
        {
            if (context.Text == "wait")
            {
                await gate.Task;
            }
        }
    }

    private sealed class Joiner(IConnectionRegistry registry) : IChatConnectionHandler
    {
        public ValueTask OnConnectedAsync(ChatConnectionContext context)
        {
            registry.AddToGroup(context.Connection.Id, "room");
            return default;
        }
    }
}
