namespace Pipulate;

/// <summary>
/// Hears of pages that come, speak and go. Register it with <c>AddPipulate().AddConnectionHandler&lt;T&gt;()</c>; several are asked in the
/// order of their registration, each time in a scope of its own. What one throws is logged and ends neither the page nor the server; one
/// that takes its time holds up the page that it is asked about, and no other.
/// </summary>
/// <remarks>
/// Who may use any of Pipulate's endpoints is for <c>app.MapPipulate().RequireAuthorization(…)</c>; <see cref="OnConnectingAsync"/> is
/// about panels alone. <see cref="IConnectionRegistry.Disconnect"/> ends a page that is here.
/// </remarks>
public interface IChatConnectionHandler
{
    /// <summary>
    /// A page would connect, and nothing has been sent to it. Set <see cref="ChatConnectingContext.Refused"/> to send it away; the handlers
    /// that follow are not asked then. One that throws has not said yes: the page is sent away with 503 and tries again.
    /// </summary>
    /// <param name="context">The page.</param>
    /// <returns>A task that ends when that is decided.</returns>
    ValueTask OnConnectingAsync(ChatConnectingContext context) => default;

    /// <summary>
    /// A page has connected, and what is sent to it arrives. What it sends over its socket waits until this has ended.
    /// </summary>
    /// <param name="context">The page.</param>
    /// <returns>A task that ends when all is done that is to be done first.</returns>
    ValueTask OnConnectedAsync(ChatConnectionContext context) => default;

    /// <summary>
    /// A person has typed something. Set <see cref="ChatMessageContext.Handled"/> to keep it from the conversation and the model; the
    /// handlers that follow are not asked then.
    /// </summary>
    /// <param name="context">What was typed, and where.</param>
    /// <returns>A task that ends when that is decided.</returns>
    ValueTask OnMessageAsync(ChatMessageContext context) => default;

    /// <summary>
    /// A page is gone, whatever the reason: once for each page that came.
    /// </summary>
    /// <param name="context">The page; nothing that is sent to it arrives any more.</param>
    /// <returns>A task that ends when all is done.</returns>
    ValueTask OnDisconnectedAsync(ChatConnectionContext context) => default;

    /// <summary>
    /// Pages have come, gone, or joined and left groups: the moment to show people who is here
    /// (<see cref="IConnectionRegistry.GetPresence"/>). Asked two seconds after the first such change, once for all that happen until then
    /// and never twice at once; so a page that is loaded again is not seen to go, and a thousand pages that come back after a restart are
    /// told of as one change. Of several connected processes it is asked on the one whose pages have changed, and on all when one of them
    /// is gone.
    /// </summary>
    /// <param name="cancellationToken">Cancelled when the server stops.</param>
    /// <returns>A task that ends when all is done.</returns>
    ValueTask OnPresenceChangedAsync(CancellationToken cancellationToken) => default;
}
