using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipulate.Security;

namespace Pipulate.Connections;

/// <summary>Calls the application's connection handlers, if it has any.</summary>
internal sealed partial class ConnectionHandlers(
    IServiceScopeFactory scopes, IServiceProviderIsService registered, ILogger<ConnectionHandlers> logger)
{
    /// <summary>Gets a value indicating whether the application has any.</summary>
    public bool Any { get; } = registered.IsService(typeof(IChatConnectionHandler));

    /// <summary>
    /// Decides whether a page may connect. Unlike all other calls this one fails closed: a handler that fails has not agreed.
    /// </summary>
    public async ValueTask<AdmissionResult> AdmitAsync(Visitor visitor, HttpContext request)
    {
        if (!Any)
        {
            return AdmissionResult.Granted;
        }

        var page = new ChatConnectingContext(visitor.Conversation, visitor.UserId, request);
        var answered = await AskAsync(
            (handler, context) => context.Refused ? default : handler.OnConnectingAsync(context),
            page,
            ClientLifetime.Disconnected(request));
        return page.Refused ? AdmissionResult.NotWanted : answered ? AdmissionResult.Granted : AdmissionResult.HandlerFailed;
    }

    public async ValueTask ConnectedAsync(ChatConnection page, HttpContext request)
    {
        if (Any)
        {
            await AskAsync(
                (handler, context) => handler.OnConnectedAsync(context),
                new ChatConnectionContext(page.Info, request),
                ClientLifetime.Disconnected(request));
        }
    }

    public async ValueTask DisconnectedAsync(ChatConnection page, HttpContext request)
    {
        if (Any)
        {
            await AskAsync(
                (handler, context) => handler.OnDisconnectedAsync(context),
                new ChatConnectionContext(page.Info, request),
                ClientLifetime.Disconnected(request));
        }
    }

    /// <summary>Decides whether a handler handles what was typed; then the others are not called.</summary>
    public async ValueTask<bool> HandlesAsync(ConversationId conversation, string text, string? messageId, HttpContext request)
    {
        if (!Any)
        {
            return false;
        }

        var message = new ChatMessageContext(conversation, text, messageId, request);
        await AskAsync(
            (handler, context) => context.Handled ? default : handler.OnMessageAsync(context),
            message,
            ClientLifetime.Disconnected(request));
        return message.Handled;
    }

    public async Task PresenceChangedAsync(CancellationToken stopping) =>
        await AskAsync((handler, token) => handler.OnPresenceChangedAsync(token), stopping, stopping);

    /// <summary>Calls all handlers, and decides whether none failed.</summary>
    private async ValueTask<bool> AskAsync<T>(Func<IChatConnectionHandler, T, ValueTask> ask, T context, CancellationToken gone)
    {
        var well = true;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            foreach (var handler in scope.ServiceProvider.GetServices<IChatConnectionHandler>())
            {
                well &= await AskAsync(handler, ask, context, gone);
            }
        }
        catch (Exception exception)
        {
            // A dependency of a handler could not be created or disposed.
            LogNotMade(exception);
            well = false;
        }

        return well;
    }

    private async ValueTask<bool> AskAsync<T>(
        IChatConnectionHandler handler, Func<IChatConnectionHandler, T, ValueTask> ask, T context, CancellationToken gone)
    {
        try
        {
            await ask(handler, context);
            return true;
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            LogGone(handler.GetType().FullName);
        }
        catch (Exception exception)
        {
            LogFailed(exception, handler.GetType().FullName);
        }

        return false;
    }

    [LoggerMessage(1, LogLevel.Error, "The connection handler {Handler} failed.")]
    private partial void LogFailed(Exception exception, string? handler);

    [LoggerMessage(2, LogLevel.Error, "The connection handlers, or their dependencies, could not be created or disposed.")]
    private partial void LogNotMade(Exception exception);

    [LoggerMessage(3, LogLevel.Debug, "The connection handler {Handler} was cancelled, because its page disconnected or the server stops.")]
    private partial void LogGone(string? handler);
}
