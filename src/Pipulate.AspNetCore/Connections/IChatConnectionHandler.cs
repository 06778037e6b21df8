namespace Pipulate;

/// <summary>
/// Handles connections and messages. Register it with <c>AddPipulate().AddConnectionHandler&lt;T&gt;()</c>. Several handlers are called in
/// the
/// order of their registration, each time in a scope of its own. An exception of a handler is logged and ends neither the connection nor
/// the
/// server. A slow handler delays the connection that it is called for, and no other.
/// </summary>
/// <remarks>
/// Use <c>app.MapPipulate().RequireAuthorization(…)</c> to decide who may use any of Pipulate's endpoints;
/// <see cref="OnConnectingAsync"/> is about panels only. <see cref="IConnectionRegistry.Disconnect"/> closes open connections.
/// </remarks>
public interface IChatConnectionHandler
{
    /// <summary>
    /// Decides whether a page may connect, before anything is sent to it. Set <see cref="ChatConnectingContext.Refused"/> to refuse it; the
    /// handlers that follow are not called then. If a handler throws, the page gets 503 and tries again.
    /// </summary>
    /// <param name="context">The page.</param>
    /// <returns>A task that ends when that is decided.</returns>
    ValueTask OnConnectingAsync(ChatConnectingContext context) => default;

    /// <summary>
    /// Runs when a page has connected and receives what is sent to it. Messages from its socket wait until this has ended.
    /// </summary>
    /// <param name="context">The connection.</param>
    /// <returns>A task that ends when the handler is done.</returns>
    ValueTask OnConnectedAsync(ChatConnectionContext context) => default;

    /// <summary>
    /// Handles a message that a visitor has typed. Set <see cref="ChatMessageContext.Handled"/> to keep it from the conversation and the
    /// model;
    /// the handlers that follow are not called then.
    /// </summary>
    /// <param name="context">The message, and its conversation.</param>
    /// <returns>A task that ends when that is decided.</returns>
    ValueTask OnMessageAsync(ChatMessageContext context) => default;

    /// <summary>
    /// Runs when a connection has closed, for any reason: once for each page that connected.
    /// </summary>
    /// <param name="context">The connection; nothing can be sent to it any more.</param>
    /// <returns>A task that ends when the handler is done.</returns>
    ValueTask OnDisconnectedAsync(ChatConnectionContext context) => default;

    /// <summary>
    /// Runs when pages have connected, disconnected, or joined and left groups: the moment to show users who is here
    /// (<see cref="IConnectionRegistry.GetPresence"/>). It is called two seconds after the first change, once for all changes until then,
    /// and
    /// never twice at the same time. So a reload is not seen as a disconnection, and a thousand pages that reconnect after a restart are
    /// one
    /// change. Of several connected processes it is called on the one whose pages have changed, and on all when one of them has
    /// disconnected.
    /// </summary>
    /// <param name="cancellationToken">Cancelled when the server stops.</param>
    /// <returns>A task that ends when the handler is done.</returns>
    ValueTask OnPresenceChangedAsync(CancellationToken cancellationToken) => default;
}
