using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Connections;

namespace Pipulate.Tests.Connections;

public sealed partial class ConnectionHandlersTests
{
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
