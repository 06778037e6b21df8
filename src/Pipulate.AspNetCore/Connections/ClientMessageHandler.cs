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
/// Handles the messages of pages, in the same way whether they arrive over the socket or by POST.
/// </summary>
internal sealed class ClientMessageHandler(
    ChatQueue queue,
    ClientCommands commands,
    ConnectionHandlers handlers,
    MessageRateLimiter rate,
    PanelLocalizer localizer,
    IOptions<PipulateOptions> options)
{
    /// <summary>Handles a message.</summary>
    /// <param name="request">The request that brought it.</param>
    /// <param name="conversation">The conversation that the page shows.</param>
    /// <param name="sender">The partition of the rate limit.</param>
    /// <param name="message">The message, without <see cref="ClientMessage.Refusal"/>.</param>
    /// <returns>The reply to the sending page only.</returns>
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
            || await queue.AddUserMessageAsync(conversation, text, message.MessageId);
        return taken
            ? new ClientReply(PanelFragments.Accepted(message.MessageId), Taken: true)
            : new ClientReply(PanelFragments.Hint(localizer.Current[TextKey.ConversationNotThere]));
    }
}
