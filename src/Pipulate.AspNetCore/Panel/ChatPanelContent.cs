using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;
using Pipulate.Localization;
using Pipulate.Rendering;
using Pipulate.Security;
using Pipulate.Storage;

namespace Pipulate.Panel;

/// <summary>Renders what is inside the panel: the status line, the conversation so far, and the forms.</summary>
internal sealed class ChatPanelContent(
    PanelStatus status,
    PanelLocalizer localizer,
    ConversationAccess access,
    ConversationCache conversations,
    IOptions<PipulateOptions> options)
{
    /// <summary>Renders the panel's content.</summary>
    /// <param name="http">The page's request.</param>
    /// <param name="visitor">The visitor, or null where the connection is to bring the conversation.</param>
    /// <param name="sending">The attributes of a form that sends.</param>
    /// <param name="settings">The panel's settings.</param>
    /// <param name="texts">The panel's texts.</param>
    public async Task<IHtmlContent> RenderAsync(
        HttpContext http, Visitor? visitor, (string, string)[] sending, ChatPanelOptions settings, PanelTexts texts)
    {
        var line = StatusLine();
        line.InnerHtml.Append(status.Read().Text);
        return new HtmlContentBuilder()
            .AppendHtml(line)
            .AppendHtml(await MessagesAsync(http, visitor, sending, texts))
            .AppendHtml(PanelElements.Bar(sending, texts))
            .AppendHtml(PanelElements.Form(sending, settings, options.Value.Limits.MessageCharacters, texts))

            // Announces that an answer begins, and its text when it has ended: read aloud token by token it would be unbearable.
            .AppendHtml(PanelElements.Create("p", PanelIds.Announcer, "chat-unseen", ("role", "status")));
    }

    /// <summary>Renders that the address names a conversation which the visitor does not have, with a link to the first one.</summary>
    public IHtmlContent RenderNotFound(HttpContext http, PanelTexts texts)
    {
        var link = PanelElements.Create(
            "a", null, null, ("href", PageAddress.Showing(PageAddress.OfThis(http.Request), ConversationName.First, options.Value)));
        link.InnerHtml.Append(texts[TextKey.FirstConversation]);
        var line = StatusLine();
        line.InnerHtml.Append(texts[TextKey.ConversationNotThere]).Append(" ").AppendHtml(link);
        return line;
    }

    private static TagBuilder StatusLine() => PanelElements.Create("p", PanelIds.Status, "chat-status", ("role", "status"));

    private async Task<TagBuilder> MessagesAsync(HttpContext http, Visitor? visitor, (string, string)[] sending, PanelTexts texts)
    {
        var list = PanelElements.Create(
            "div", PanelIds.List, "chat-list", ("role", "log"), ("aria-live", "off"), ("aria-label", texts[TextKey.Conversation]));
        list.InnerHtml.AppendHtml(await ConversationAsync(http, visitor, texts));
        var scroll = PanelElements.Create(
            "div", null, "chat-scroll", ("tabindex", "0"), ("role", "group"), ("aria-label", texts[TextKey.Messages]));
        scroll.InnerHtml.AppendHtml(list);
        if (options.Value is { Greeting: not null } or { Suggestions.Count: > 0 })
        {
            scroll.InnerHtml.AppendHtml(PanelElements.Greeting(sending, options.Value, texts));
        }

        return scroll;
    }

    /// <summary>
    /// Renders the conversation so far, so that the first paint shows it. Where the response has started and can carry no cookie, the
    /// connection brings it.
    /// </summary>
    private async Task<string> ConversationAsync(HttpContext http, Visitor? found, PanelTexts texts)
    {
        if (found is not { } visitor)
        {
            return "";
        }

        access.Remember(http, visitor);
        var html = new ArrayBufferWriter<byte>();
        var conversation = conversations.Get(visitor.Conversation);
        conversation.Texts = texts;
        conversation.Viewers.ExpectViewer();
        await conversation.Loaded;
        PanelCursor.WriteList(html, conversation, localizer.EntryRenderer);
        return Encoding.UTF8.GetString(html.WrittenSpan);
    }
}
