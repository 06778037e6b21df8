using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipulate.Channels;

namespace Pipulate.Endpoints;

/// <summary>Asks the application's handlers, if it has any.</summary>
internal sealed partial class ConnectionHandlers(IServiceScopeFactory scopes, IServiceProviderIsService registered, ILogger<ConnectionHandlers> logger)
{
    private readonly bool _any = registered.IsService(typeof(IChatConnectionHandler));

    public ValueTask ConnectedAsync(ChatConnection page, HttpContext request) =>
        _any ? AskAsync((handler, context) => handler.OnConnectedAsync(context), new ChatConnectionContext(page.Info, request)) : default;

    public ValueTask DisconnectedAsync(ChatConnection page, HttpContext request) =>
        _any ? AskAsync((handler, context) => handler.OnDisconnectedAsync(context), new ChatConnectionContext(page.Info, request)) : default;

    /// <summary>Whether a handler has dealt with what was typed; then the others are not asked.</summary>
    public async ValueTask<bool> HandlesAsync(ConversationId conversation, string text, HttpContext request)
    {
        if (!_any)
        {
            return false;
        }

        var message = new ChatMessageContext(conversation, text, request);
        await AskAsync((handler, context) => context.Handled ? default : handler.OnMessageAsync(context), message);
        return message.Handled;
    }

    private async ValueTask AskAsync<T>(Func<IChatConnectionHandler, T, ValueTask> ask, T context)
    {
        await using var scope = scopes.CreateAsyncScope();
        foreach (var handler in scope.ServiceProvider.GetServices<IChatConnectionHandler>())
        {
            try
            {
                await ask(handler, context);
            }
            catch (Exception problem)
            {
                LogFailed(problem, handler.GetType().FullName);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The connection handler {Handler} failed; the page goes on without it.")]
    private partial void LogFailed(Exception problem, string? handler);
}
