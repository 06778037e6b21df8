namespace Pipulate;

/// <summary>
/// Handles pages that connect, send and disconnect. Register it with <c>AddPipulate().AddConnectionHandler&lt;T&gt;()</c>; several are
/// asked in the order of their registration, each time in a scope of its own. What one throws is logged and ends neither the page nor the
/// server; one that takes its time holds up the page that it is asked about, and no other.
/// </summary>
/// <remarks>
/// Use <c>app.MapPipulate().RequireAuthorization(…)</c> to decide who may use any of Pipulate's endpoints;
/// <see cref="OnConnectingAsync"/> is about panels only. <see cref="IConnectionRegistry.Disconnect"/> closes open connections.
/// </remarks>
public interface IChatConnectionHandler
{
    /// <summary>
    /// Decides about a page that is about to connect. Set <see cref="ChatConnectingContext.Refused"/> to refuse it; the handlers
    /// that follow are not asked then. One that throws has not agreed: the page is refused with 503 and tries again.
    /// </summary>
    /// <param name="context">The page.</param>
    /// <returns>A task that ends when that is decided.</returns>
    ValueTask OnConnectingAsync(ChatConnectingContext context) => default;

    /// <summary>
    /// Handles a page that has connected and can be sent to. What it sends over its socket waits until this has ended.
    /// </summary>
    /// <param name="context">The connection.</param>
    /// <returns>A task that ends when the handler is done.</returns>
    ValueTask OnConnectedAsync(ChatConnectionContext context) => default;

    /// <summary>
    /// Handles what a visitor has typed. Set <see cref="ChatMessageContext.Handled"/> to keep it from the conversation and the model; the
    /// handlers that follow are not asked then.
    /// </summary>
    /// <param name="context">The message, and its conversation.</param>
    /// <returns>A task that ends when that is decided.</returns>
    ValueTask OnMessageAsync(ChatMessageContext context) => default;

    /// <summary>
    /// Handles a page that has disconnected, whatever the reason: once for each page that connected.
    /// </summary>
    /// <param name="context">The connection; nothing can be sent to it any more.</param>
    /// <returns>A task that ends when the handler is done.</returns>
    ValueTask OnDisconnectedAsync(ChatConnectionContext context) => default;

    /// <summary>
    /// Handles a change of presence, when pages connect, disconnect, join or leave groups
    /// (<see cref="IConnectionRegistry.GetPresence"/>). Asked two seconds after the first such change, once for all that happen until then
    /// and never twice at once; so a page that is loaded again is not seen to go, and a thousand pages that come back after a restart are
    /// reported as one change. Of several connected processes it is asked on the one whose pages have changed, and on all when one of them
    /// has ended.
    /// </summary>
    /// <param name="cancellationToken">Cancelled when the server stops.</param>
    /// <returns>A task that ends when the handler is done.</returns>
    ValueTask OnPresenceChangedAsync(CancellationToken cancellationToken) => default;
}
