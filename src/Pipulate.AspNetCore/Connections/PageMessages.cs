using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Pipulate.Conversations.Entries;
using Pipulate.Generation;
using Pipulate.Localization;
using Pipulate.Panel;
using Pipulate.Rendering;
using Pipulate.Security;

namespace Pipulate.Connections;

/// <summary>What pages ask for. Whichever way a message comes up, over the socket or by POST, it is taken here and means the same.</summary>
internal sealed class PageMessages(ChatQueue queue, PageCommands commands, ConnectionHandlers handlers, MessageRate rate, PanelLooks looks, IOptions<PipulateOptions> options)
{
    /// <summary>Does what is asked.</summary>
    /// <param name="request">The request that brought it.</param>
    /// <param name="conversation">The conversation that the page shows.</param>
    /// <param name="sender">Whose messages are counted together.</param>
    /// <param name="message">What was sent; one that is not to be refused.</param>
    /// <returns>What the page that sent it is told, and it alone.</returns>
    public async ValueTask<PageReply> TakeAsync(HttpContext request, ConversationId conversation, Sender sender, IncomingMessage message)
    {
        if (message.WantsAnswer && !rate.TryType(sender, out var wait))
        {
            return new PageReply(PanelFragments.Hint(looks.Current.Words.Format(Label.TooFast, MessageRate.Seconds(wait))), TooFast: wait);
        }

        if (message.Command is { } command)
        {
            commands.Obey(conversation, command);
            return PageReply.Nothing;
        }

        var text = TypedText.Normalize(message.Text);
        var most = options.Value.Limits.MessageCharacters;
        if (text.Length > most)
        {
            return new PageReply(PanelFragments.Hint(looks.Current.Words.Format(Label.TooLong, text.Length, most)));
        }

        if (TypedText.IsBlank(text))
        {
            return PageReply.Nothing;
        }

        text = text.Trim();
        var taken = await handlers.HandlesAsync(conversation, text, message.MessageId, request) || await queue.HearAsync(conversation, text, message.MessageId);
        return taken
            ? new PageReply(PanelFragments.Accepted(message.MessageId), Taken: true)
            : new PageReply(PanelFragments.Hint(looks.Current.Words[Label.ConversationNotThere]));
    }
}
