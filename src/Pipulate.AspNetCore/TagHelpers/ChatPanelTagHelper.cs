using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;
using Pipulate.Rendering;
using Pipulate.Security;

namespace Pipulate.TagHelpers;

/// <summary>
/// <c>&lt;chat-panel /&gt;</c>: the visitor's conversation, the line that says which model speaks, and the form to talk back. It holds what was
/// said so far; from there the socket goes on, or the stream. One to a page.
/// </summary>
/// <remarks>Requires <c>app.MapPipulate()</c>. A visitor who has no identity yet gets the cookie with this page.</remarks>
[HtmlTargetElement("chat-panel", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class ChatPanelTagHelper : TagHelper
{
    private static readonly (string When, string Text)[] States =
    [
        ("open", "Connected. Shift+Enter: new line."),
        ("connecting", "Connecting… Your draft stays."),
        ("closed", "Not connected. Your draft stays."),
    ];

    /// <summary>
    /// Gets or sets the view that the helper stands in; set by the framework.
    /// </summary>
    [HtmlAttributeNotBound]
    [ViewContext]
    public ViewContext ViewContext { get; set; } = null!;

    /// <summary>
    /// Gets or sets the panel's look.
    /// </summary>
    /// <value>The default is <c>neutral</c>: light or dark, as the browser prefers. <c>matrix</c> glows green on black. Any other name is for a style of your own.</value>
    public string Theme { get; set; } = "neutral";

    /// <summary>
    /// Gets or sets what stands in the empty input.
    /// </summary>
    /// <value>The default is <c>Say something</c>.</value>
    public string Placeholder { get; set; } = "Say something";

    /// <summary>
    /// Gets or sets what the input holds at first.
    /// </summary>
    /// <value>The default is nothing.</value>
    public string? Value { get; set; }

    /// <summary>
    /// Gets or sets whether the input and the button are disabled.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Disabled { get; set; }

    /// <summary>
    /// Gets or sets whether the input has the focus when the page opens.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Autofocus { get; set; }

    /// <summary>
    /// Gets or sets how the panel is connected: <c>ws</c> by a WebSocket, or <c>sse</c> by server-sent events and POST, for networks that block WebSockets.
    /// </summary>
    /// <value>The default is <c>ws</c>.</value>
    public string? Transport { get; set; }

    /// <inheritdoc/>
    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var http = ViewContext.HttpContext;
        var services = http.RequestServices;
        var markup = services.GetRequiredService<ChatMarkup>();
        var limits = services.GetRequiredService<IOptions<PipulateOptions>>().Value.Limits;

        output.TagName = "section";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("id", PanelIds.Panel);
        output.Attributes.SetAttribute("class", "chat-panel");
        output.Attributes.SetAttribute("data-theme", Theme);
        output.Attributes.SetAttribute("data-connection", "connecting");
        output.Attributes.SetAttribute("aria-label", "Chat");
        var byStream = Transports.IsStream(Transport, "The transport of <chat-panel>");
        if (byStream)
        {
            PageScripts.Of(http).NeedStream(http, output, markup.StreamScript);
        }

        foreach (var (name, value) in byStream ? markup.ConnectStream(http) : markup.Connect(http))
        {
            output.Attributes.SetAttribute(name, value);
        }

        var status = Element("p", PanelIds.Status, "chat-status", ("role", "status"));
        status.InnerHtml.Append(services.GetRequiredService<PanelStatus>().Read().Text);
        output.Content.AppendHtml(status);
        var list = Element("div", PanelIds.List, "chat-list", ("role", "log"), ("aria-live", "off"), ("aria-label", "Conversation"));
        list.InnerHtml.AppendHtml(await ConversationAsync(services, http));
        var scroll = Element("div", null, "chat-scroll", ("tabindex", "0"), ("role", "group"), ("aria-label", "Messages"));
        scroll.InnerHtml.AppendHtml(list);
        output.Content.AppendHtml(scroll);
        (string, string)[] sending = byStream ? [.. markup.SendByPost(http)] : [(markup.Send, "")];
        output.Content.AppendHtml(Bar(sending));
        output.Content.AppendHtml(Form(sending, limits));

        // Told when an answer begins and what it was when it has ended: read aloud token by token it would be a torment.
        output.Content.AppendHtml(Element("p", PanelIds.Announcer, "chat-unseen", ("role", "status")));
    }

    /// <summary>The line between the messages and the input: how the connection is, and two buttons that come and go without moving anything.</summary>
    private static TagBuilder Bar((string, string)[] sending)
    {
        var state = Element("p", null, "chat-state", ("role", "status"));
        foreach (var (when, text) in States)
        {
            var words = Element("span", null, null, ("data-when", when));
            words.InnerHtml.Append(text);
            state.InnerHtml.AppendHtml(words);
        }

        var newest = Element("button", PanelIds.Newest, null, ("type", "button"));
        newest.InnerHtml.Append("Newest");
        var stop = Element("button", PanelIds.Stop, null, ("type", "submit"), ("value", "stop"));
        stop.InnerHtml.Append("Stop");

        // The one form of all commands: the buttons of the answers belong to it too, wherever they stand.
        var command = Element("form", PanelIds.Command, null, sending);
        command.InnerHtml.AppendHtml(Element("input", null, null, ("type", "hidden"), ("name", "do"))).AppendHtml(stop);
        var bar = Element("div", null, "chat-bar");
        bar.InnerHtml.AppendHtml(state).AppendHtml(newest).AppendHtml(command);
        return bar;
    }

    private TagBuilder Form((string, string)[] sending, PipulateLimits limits)
    {
        var id = Element("input", PanelIds.MessageId, null, ("type", "hidden"), ("name", "mid"), ("value", PanelFragments.NewMessageId()));
        var input = Element("textarea", PanelIds.Input, null,
            ("name", "msg"), ("rows", "1"), ("aria-label", "Message"), ("placeholder", Placeholder), ("autocomplete", "off"), ("enterkeyhint", "send"),
            ("maxlength", limits.MessageCharacters.ToString(CultureInfo.InvariantCulture)), ("required", ""));
        var send = Element("button", PanelIds.Send, null, ("type", "submit"));
        send.InnerHtml.Append("Send");
        if (Value is not null)
        {
            // The parser drops a newline that stands first.
            input.InnerHtml.AppendHtml("\n").Append(Value);
        }

        if (Autofocus)
        {
            input.Attributes["autofocus"] = "";
        }

        if (Disabled)
        {
            input.Attributes["disabled"] = "";
            send.Attributes["disabled"] = "";
        }

        var group = Element("div", PanelIds.InputGroup, "chat-input-group", ("role", "group"));
        group.InnerHtml.AppendHtml(input).AppendHtml(send);
        var form = Element("form", PanelIds.Form, "chat-form", sending);
        form.InnerHtml.AppendHtml(id).AppendHtml(Element("div", PanelIds.Hint, "chat-hint", ("role", "alert"))).AppendHtml(group);
        return form;
    }

    /// <summary>What was said so far, so that the first paint shows it. A page that has begun to be sent can carry no cookie any more: the socket brings it then.</summary>
    private static async Task<string> ConversationAsync(IServiceProvider services, HttpContext http)
    {
        var visitors = services.GetRequiredService<VisitorIdentity>();
        if ((http.Response.HasStarted ? visitors.Find(http) : visitors.FindOrWelcome(http)) is not { } visitor)
        {
            return "";
        }

        var html = new ArrayBufferWriter<byte>();
        var conversation = services.GetRequiredService<ConversationDirectory>().Get(visitor.Conversation);
        conversation.Watchers.Expect();
        await conversation.Opened;
        PanelCursor.WriteList(html, conversation);
        return Encoding.UTF8.GetString(html.WrittenSpan);
    }

    private static TagBuilder Element(string name, string? id, string? cssClass, params ReadOnlySpan<(string Name, string Value)> attributes)
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
}
