using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Pipulate.Conversations.Entries;
using Pipulate.Generation;
using Pipulate.Localization;
using Pipulate.Panel;
using Pipulate.Rendering;
using Pipulate.Security;

namespace Pipulate.Connections;

/// <summary>
/// Handles the messages of pages. A message means the same over the socket and by POST.
/// </summary>
internal sealed class ClientMessageHandler(
    ChatQueue queue,
    ClientCommands commands,
    ConnectionHandlers handlers,
    MessageRateLimiter rate,
    RequesterReader requesters,
    PanelLocalizer localizer,
    IOptions<PipulateOptions> options)
{
    /// <summary>Handles a message.</summary>
    /// <param name="request">The request that brought it.</param>
    /// <param name="conversation">The conversation that the page shows.</param>
    /// <param name="sender">Whose messages are counted together.</param>
    /// <param name="message">What was sent; one that is not to be refused.</param>
    /// <returns>The reply to the page that sent it, and to it alone.</returns>
    public async ValueTask<ClientReply> HandleAsync(
        HttpContext request, ConversationId conversation, RateLimitPartition sender, ClientMessage message)
    {
        if (message.RequiresReply && !rate.TryAcquireMessage(sender, out var wait))
        {
            return new ClientReply(
                PanelFragments.Hint(localizer.Current.Format(TextKey.TooFast, MessageRateLimiter.Seconds(wait))), TooFast: wait);
        }

        if (message.Command is { } command)
        {
            commands.Execute(conversation, command);
            return ClientReply.Nothing;
        }

        var text = TypedText.Normalize(message.Text);
        var most = options.Value.Limits.MessageCharacters;
        if (text.Length > most)
        {
            return new ClientReply(PanelFragments.Hint(localizer.Current.Format(TextKey.TooLong, text.Length, most)));
        }

        if (TypedText.IsBlank(text))
        {
            return ClientReply.Nothing;
        }

        text = text.Trim();
        var taken = await handlers.HandlesAsync(conversation, text, message.MessageId, request)
            || await queue.AddUserMessageAsync(conversation, text, message.MessageId, requesters.Read(request, message.PageUrl));
        return taken
            ? new ClientReply(PanelFragments.Accepted(message.MessageId), Taken: true)
            : new ClientReply(PanelFragments.Hint(localizer.Current[TextKey.ConversationNotThere]));
    }
}
