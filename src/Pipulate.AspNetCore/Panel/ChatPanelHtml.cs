using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;
using Pipulate.Endpoints;
using Pipulate.Localization;
using Pipulate.Rendering;
using Pipulate.Security;
using Pipulate.Storage;

namespace Pipulate.Panel;

/// <summary>
/// The panel as it is in a page that is being rendered, by whatever: a tag helper, a component, or an endpoint that writes HTML.
/// </summary>
internal sealed partial class ChatPanelHtml(
    ChatMarkup markup,
    PanelStatus status,
    PanelLocalizer localizer,
    VisitorIdentity visitors,
    ConversationAccess access,
    ConversationCache conversations,
    IHostEnvironment environment,
    IOptions<PipulateOptions> options,
    ILogger<ChatPanelHtml> logger)
{
    private static readonly (string When, TextKey Text)[] States = [
        ("open", TextKey.Connected), ("connecting", TextKey.Connecting), ("closed", TextKey.Disconnected)
    ];

    /// <param name="http">The page's request.</param>
    /// <param name="settings">How it is to be.</param>
    /// <param name="owner">What renders it: another one that does so in the same page is one too many.</param>
    /// <returns>The panel, and what must stand before it, if something must.</returns>
    /// <exception cref="InvalidOperationException">
    /// The page has a panel already, in Development. Elsewhere it is logged and the second is left out.
    /// </exception>
    public async Task<(IHtmlContent? Before, TagBuilder Panel)> RenderAsync(HttpContext http, ChatPanelOptions settings, object owner)
    {
        var isPrivate = PrivateResponse.MarkPage(http, "<chat-panel>");
        if (!PageScripts.Of(http).TryClaimPanel(owner))
        {
            return environment.IsDevelopment()
                ? throw new InvalidOperationException(
                    $"The page {http.Request.Path} has two chat panels. Remove one: their elements have the same ids, and only one can be connected.")
                : (null, LeaveOut(http));
        }

        var words = localizer.Current;
        var byStream = Transports.IsStream(settings.Transport, "The transport of <chat-panel>");
        var before = byStream ? PageScripts.Of(http).NeedStream(http, markup.StreamScript) : null;
        var panel = Element("section", PanelIds.Panel, "chat-panel",
            ("data-theme", settings.Theme),
            ("data-connection", "connecting"),
            ("data-begins", words[TextKey.AnswerBegins]),
            ("data-copied", words[TextKey.Copied]),
            ("data-too-long", words[TextKey.TooLong]),
            ("data-entries", markup.AddressOf(http, EntryEndpoint.Path)),
            ("aria-label", words[TextKey.Panel]));
        if (environment.IsDevelopment())
        {
            panel.Attributes["data-development"] = "";
        }

        if (!isPrivate)
        {
            LogLate(http.GetEndpoint()?.DisplayName ?? http.Request.Path);
        }

        // A page that a cache may store holds no visitor's data: the connection brings it, as it does when the response can carry no
        // cookie any more.
        var visitor = !isPrivate ? null : http.Response.HasStarted ? await access.FindAsync(http) : await access.GetOrCreateAsync(http);
        if (isPrivate && visitor is null && visitors.Find(http) is not null)
        {
            SayNotThere(http, panel, words);
            return (before, panel);
        }

        if (access.IsPerVisitor)
        {
            panel.Attributes["data-conversation"] = visitor is { } known ? ConversationName.Of(known.Conversation) : ConversationName.First;
        }

        foreach (var (name, value) in (IEnumerable<(string, string)>)[
            .. markup.Boundary, .. byStream ? markup.ConnectStream(http, visitor) : markup.Connect(http, visitor)
        ])
        {
            panel.Attributes[name] = value;
        }

        (string, string)[] sending = byStream ? [.. markup.SendByPost(http), .. markup.Form] : [(markup.Send, ""), .. markup.Form];
        var line = Element("p", PanelIds.Status, "chat-status", ("role", "status"));
        line.InnerHtml.Append(status.Read().Text);
        panel.InnerHtml
            .AppendHtml(line)
            .AppendHtml(await MessagesAsync(http, visitor, sending, words))
            .AppendHtml(Bar(sending, words))
            .AppendHtml(Form(sending, settings, words))

            // Told when an answer begins and what it was when it has ended: read aloud token by token it would be a torment.
            .AppendHtml(Element("p", PanelIds.Announcer, "chat-unseen", ("role", "status")));
        if (byStream)
        {
            panel.InnerHtml.AppendHtml(Element("input", PanelIds.Token, null, ("type", "hidden")));
        }

        return (before, panel);
    }

    private TagBuilder LeaveOut(HttpContext http)
    {
        LogTwoPanels(http.Request.Path);
        return Element("div", null, null, ("hidden", ""));
    }

    /// <summary>The address names a conversation that the visitor does not have: deleted, or another's.</summary>
    private void SayNotThere(HttpContext http, TagBuilder panel, PanelTexts words)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        }

        panel.Attributes["data-connection"] = "closed";
        var way = Element(
            "a", null, null, ("href", PageAddress.Showing(PageAddress.OfThis(http.Request), ConversationName.First, options.Value)));
        way.InnerHtml.Append(words[TextKey.FirstConversation]);
        var line = Element("p", PanelIds.Status, "chat-status", ("role", "status"));
        line.InnerHtml.Append(words[TextKey.ConversationNotThere]).Append(" ").AppendHtml(way);
        panel.InnerHtml.AppendHtml(line);
    }

    private async Task<TagBuilder> MessagesAsync(HttpContext http, Visitor? visitor, (string, string)[] sending, PanelTexts words)
    {
        var list = Element(
            "div", PanelIds.List, "chat-list", ("role", "log"), ("aria-live", "off"), ("aria-label", words[TextKey.Conversation]));
        list.InnerHtml.AppendHtml(await ConversationAsync(http, visitor, words));
        var scroll =
            Element("div", null, "chat-scroll", ("tabindex", "0"), ("role", "group"), ("aria-label", words[TextKey.Messages]));
        scroll.InnerHtml.AppendHtml(list);
        if (options.Value is { Greeting: not null } or { Suggestions.Count: > 0 })
        {
            scroll.InnerHtml.AppendHtml(Greeting(sending, words));
        }

        return scroll;
    }

    /// <summary>
    /// What stands there until something has been said; the style hides it then. A suggestion is a form of its own, with an id, so that one
    /// clicked twice is said once.
    /// </summary>
    private TagBuilder Greeting((string, string)[] sending, PanelTexts words)
    {
        var greeting = Element("div", PanelIds.Greeting, "chat-greeting");
        if (options.Value.Greeting is { } text)
        {
            var line = Element("p", null, null, ("dir", "auto"));
            line.InnerHtml.Append(text);
            greeting.InnerHtml.AppendHtml(line);
        }

        if (options.Value.Suggestions.Count > 0)
        {
            var group = Element("div", null, "chat-suggestions", ("role", "group"), ("aria-label", words[TextKey.Suggestions]));
            foreach (var suggestion in options.Value.Suggestions)
            {
                var button = Element("button", null, null, ("type", "submit"), ("dir", "auto"));
                button.InnerHtml.Append(suggestion);
                var form = Element("form", null, null, sending);
                form.InnerHtml
                    .AppendHtml(Element("input", null, null, ("type", "hidden"), ("name", "mid"), ("value", PanelFragments.NewMessageId())))
                    .AppendHtml(Element("input", null, null, ("type", "hidden"), ("name", "msg"), ("value", suggestion)))
                    .AppendHtml(button);
                group.InnerHtml.AppendHtml(form);
            }

            greeting.InnerHtml.AppendHtml(group);
        }

        return greeting;
    }

    /// <summary>
    /// The line between the messages and the input: how the connection is, and two buttons that come and go without moving anything.
    /// </summary>
    private static TagBuilder Bar((string, string)[] sending, PanelTexts words)
    {
        var state = Element("p", null, "chat-state", ("role", "status"));
        foreach (var (when, label) in States)
        {
            var text = Element("span", null, null, ("data-when", when));
            text.InnerHtml.Append(words[label]);
            state.InnerHtml.AppendHtml(text);
        }

        var newest = Element("button", PanelIds.Newest, null, ("type", "button"));
        newest.InnerHtml.Append(words[TextKey.Newest]);
        var stop = Element("button", PanelIds.Stop, null, ("type", "submit"), ("value", "stop"));
        stop.InnerHtml.Append(words[TextKey.Stop]);

        // The one form of all commands: the buttons of the answers belong to it too, wherever they stand.
        var command = Element("form", PanelIds.Command, null, sending);
        command.InnerHtml.AppendHtml(Element("input", null, null, ("type", "hidden"), ("name", "do"))).AppendHtml(stop);
        var bar = Element("div", null, "chat-bar");
        bar.InnerHtml.AppendHtml(state).AppendHtml(newest).AppendHtml(command);
        return bar;
    }

    private TagBuilder Form((string, string)[] sending, ChatPanelOptions settings, PanelTexts words)
    {
        var id = Element("input", PanelIds.MessageId, null, ("type", "hidden"), ("name", "mid"), ("value", PanelFragments.NewMessageId()));
        var input = Element("textarea", PanelIds.Input, null,
            ("name", "msg"),
            ("rows", "1"),
            ("aria-label", words[TextKey.Message]),
            ("placeholder", settings.Placeholder ?? words[TextKey.Placeholder]),
            ("autocomplete", "off"),
            ("enterkeyhint", "send"),
            ("dir", "auto"),
            ("data-most", options.Value.Limits.MessageCharacters.ToString(CultureInfo.InvariantCulture)),
            ("required", ""));
        var send = Element("button", PanelIds.Send, null, ("type", "submit"));
        send.InnerHtml.Append(words[TextKey.Send]);
        if (settings.Value is not null)
        {
            // The parser drops a newline that stands first.
            input.InnerHtml.AppendHtml("\n").Append(settings.Value);
        }

        if (settings.Autofocus)
        {
            input.Attributes["autofocus"] = "";
        }

        if (settings.Disabled)
        {
            input.Attributes["disabled"] = "";
            send.Attributes["disabled"] = "";
        }

        var group = Element("div", PanelIds.InputGroup, "chat-input-group", ("role", "group"));
        group.InnerHtml.AppendHtml(input).AppendHtml(send);
        var form = Element("form", PanelIds.Form, "chat-form", sending);
        form.InnerHtml
            .AppendHtml(id)
            .AppendHtml(Element("div", PanelIds.Hint, "chat-hint", ("role", "alert")))
            .AppendHtml(Element("div", PanelIds.Count, "chat-count", ("aria-hidden", "true")))
            .AppendHtml(group);
        return form;
    }

    /// <summary>
    /// What was said so far, so that the first paint shows it. A page that has begun to be sent can carry no cookie any more: the socket
    /// brings it then.
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

    private static TagBuilder Element(
        string name, string? id, string? cssClass, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        var element = new TagBuilder(name) { TagRenderMode = name == "input" ? TagRenderMode.SelfClosing : TagRenderMode.Normal };
        if (id is not null)
        {
            element.Attributes["id"] = id;
        }

        if (cssClass is not null)
        {
            element.Attributes["class"] = cssClass;
        }

        foreach (var (key, value) in attributes)
        {
            element.Attributes[key] = value;
        }

        return element;
    }

    [LoggerMessage(
        1, LogLevel.Warning, "The chat panel of {Endpoint} was rendered when its page had begun to be sent without Cache-Control: no-store, so a cache may store the page. The panel was left empty; its connection brings the conversation. Render the panel before the first byte, or set the header.")]
    private partial void LogLate(string endpoint);

    [LoggerMessage(
        2,
        LogLevel.Error,
        "The page {Path} has two chat panels. The second was left out: their elements have the same ids, and only one can be connected.")]
    private partial void LogTwoPanels(string path);
}
