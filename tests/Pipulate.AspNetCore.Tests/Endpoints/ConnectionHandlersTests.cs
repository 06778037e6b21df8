using System.Collections.Concurrent;
using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Endpoints;

public sealed class ConnectionHandlersTests
{
    private readonly Diary _diary = new();

    [Fact]
    public async Task Page_ComesAndGoes_IsToldOnceEachWithItsUser()
    {
        await using var host = await StartAsync(services => new PipulateBuilder(services).AddConnectionHandler<Recorder>().AddConnectionHandler<Recorder>());
        var page = await host.OpenAsync();
        var id = Assert.Single(host.Services.Registry().GetConnections(ChatAudience.Everyone)).Id;
        await _diary.ContainsAsync($"connected {id} anna");
        Assert.DoesNotContain($"disconnected {id} anna", _diary.Lines);

        await page.DisposeAsync();

        await _diary.ContainsAsync($"disconnected {id} anna");
        Assert.Equal(2, _diary.Lines.Count);
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
        await using var host = await StartAsync(services => new PipulateBuilder(services).AddConnectionHandler<Recorder>().AddConnectionHandler<Commander>());
        host.Ollama.Answer = _ => FakeAnswer.Text("Hello.");
        var page = await host.OpenAsync();

        await page.TypeAsync("/mute", "m1");
        await page.WaitAsync(dom => dom.AttributeOf("msg-id", "data-ack") == "m1");
        await page.TypeAsync("hello");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry is { Role: "assistant", State: "complete" }));

        Assert.Equal(["hello", "Hello."], page.Read(dom => dom.Entries.Select(entry => entry.Text).ToArray()));
        Assert.Equal(["message /mute", "message hello"], _diary.Lines.Where(line => line.StartsWith("message", StringComparison.Ordinal)));
        Assert.DoesNotContain(Assert.Single(host.Ollama.Chats).Messages, message => message.Content.Contains("mute", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Handler_ThatThrows_IsLoggedAndEndsNothing()
    {
        await using var host = await StartAsync(services => new PipulateBuilder(services).AddConnectionHandler<Thrower>().AddConnectionHandler<Recorder>());
        host.Ollama.Answer = _ => FakeAnswer.Text("Hello.");
        var page = await host.OpenAsync();
        await page.TypeAsync("hello");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry is { Role: "assistant", State: "complete" }));
        await page.DisposeAsync();
        await _diary.WaitAsync(lines => lines.Any(line => line.StartsWith("disconnected", StringComparison.Ordinal)));

        var errors = host.Logs.Lines.Where(line => line.Level is LogLevel.Error).ToList();
        Assert.Equal(3, errors.Count);
        Assert.All(errors, error => Assert.Contains(typeof(Thrower).FullName!, error.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Handler_ThatTakesItsTime_HoldsUpItsOwnPageOnly()
    {
        var gate = new TaskCompletionSource();
        await using var host = await StartAsync(services => new PipulateBuilder(services.AddSingleton(gate)).AddConnectionHandler<Waiter>());
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
    public async Task Disconnect_OfAUser_ClosesTheirPagesWith1008()
    {
        await using var host = await StartAsync(_ => { });
        var page = await host.OpenAsync();

        Assert.Equal(1, host.Services.Registry().Disconnect(ChatAudience.User("anna")));

        Assert.Equal(1008, await page.Closed.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
    }

    private Task<ChatHost> StartAsync(Action<IServiceCollection> handlers) => ChatHost.StartAsync(
        signIn: app => app.Use((context, next) =>
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "anna")], "test"));
            return next(context);
        }),
        services: services =>
        {
            services.AddSingleton(_diary);
            handlers(services);
        });

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
