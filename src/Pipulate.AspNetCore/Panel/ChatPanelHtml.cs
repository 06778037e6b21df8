using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipulate.Conversations;
using Pipulate.Localization;
using Pipulate.Rendering;
using Pipulate.Routes;
using Pipulate.Security;

namespace Pipulate.Panel;

/// <summary>
/// Renders the panel into a page, whether a tag helper, a component or an endpoint writes that page: decides which visitor it is for, and
/// makes it connect.
/// </summary>
internal sealed partial class ChatPanelHtml(
    ChatMarkup markup,
    ChatPanelContent content,
    PanelLocalizer localizer,
    VisitorIdentity visitors,
    ConversationAccess access,
    IHostEnvironment environment,
    ILogger<ChatPanelHtml> logger)
{
    /// <summary>Renders the panel as one piece, with what must stand before it.</summary>
    /// <inheritdoc cref="RenderAsync"/>
    public static async Task<IHtmlContent> RenderContentAsync(HttpContext http, ChatPanelOptions settings, object owner)
    {
        var (before, panel) = await http.RequestServices.GetRequiredService<ChatPanelHtml>().RenderAsync(http, settings, owner);
        var html = new HtmlContentBuilder();
        if (before is not null)
        {
            html.AppendHtml(before);
        }

        return html.AppendHtml(panel);
    }

    /// <summary>Renders the panel.</summary>
    /// <param name="http">The page's request.</param>
    /// <param name="settings">The panel's settings.</param>
    /// <param name="owner">The object that renders it. A page has room for the panel of one owner.</param>
    /// <returns>The panel, and what must stand before it; null where nothing must.</returns>
    /// <exception cref="InvalidOperationException">
    /// The page has a panel already, in Development. Elsewhere it is logged and the second is left out.
    /// </exception>
    public async Task<(IHtmlContent? Before, TagBuilder Panel)> RenderAsync(HttpContext http, ChatPanelOptions settings, object owner)
    {
        var isPrivate = PrivateResponse.MarkPage(http, "<chat-panel>");
        if (!PageScripts.Of(http).TryClaimPanel(owner))
        {
            return (null, RefuseSecond(http));
        }

        var texts = localizer.Current;
        var byStream = settings.Transport is ChatTransport.ServerSentEvents;
        var before = byStream ? PageScripts.Of(http).NeedStream(http, markup.StreamScript) : null;
        var panel = Section(http, settings, texts);
        if (!isPrivate)
        {
            LogLate(http.GetEndpoint()?.DisplayName ?? http.Request.Path);
        }

        // A page that a cache may store holds no visitor's data: the connection brings it, as it does when the response has started and
        // can carry no cookie.
        var visitor = !isPrivate ? null : http.Response.HasStarted ? await access.FindAsync(http) : await access.GetOrCreateAsync(http);
        if (isPrivate && visitor is null && visitors.Find(http) is not null)
        {
            ShowNotFound(http, panel, texts);
            return (before, panel);
        }

        Connect(http, panel, visitor, byStream);
        (string, string)[] sending = byStream ? [.. markup.SendByPost(http), .. markup.Form] : [(markup.Send, ""), .. markup.Form];
        panel.InnerHtml.AppendHtml(await content.RenderAsync(http, visitor, sending, settings, texts));
        if (byStream)
        {
            panel.InnerHtml.AppendHtml(PanelElements.Create("input", PanelIds.Token, null, ("type", "hidden")));
        }

        return (before, panel);
    }

    private TagBuilder Section(HttpContext http, ChatPanelOptions settings, PanelTexts texts)
    {
        var panel = PanelElements.Create("section", PanelIds.Panel, "chat-panel",
            ("data-theme", settings.Theme),
            ("data-connection", "connecting"),
            ("data-begins", texts[TextKey.AnswerBegins]),
            ("data-copied", texts[TextKey.Copied]),
            ("data-too-long", texts[TextKey.TooLong]),
            ("data-entries", markup.AddressOf(http, ChatPaths.Entries)),
            ("aria-label", texts[TextKey.Panel]));
        if (environment.IsDevelopment())
        {
            panel.Attributes["data-development"] = "";
        }

        return panel;
    }

    private void Connect(HttpContext http, TagBuilder panel, Visitor? visitor, bool byStream)
    {
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
    }

    private void ShowNotFound(HttpContext http, TagBuilder panel, PanelTexts texts)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        }

        panel.Attributes["data-connection"] = "closed";
        panel.InnerHtml.AppendHtml(content.RenderNotFound(http, texts));
    }

    private TagBuilder RefuseSecond(HttpContext http)
    {
        if (environment.IsDevelopment())
        {
            throw new InvalidOperationException(
                $"The page {http.Request.Path} has two chat panels. Remove one: their elements have the same ids, and only one can be "
                    + "connected.");
        }

        LogTwoPanels(http.Request.Path);
        return PanelElements.Create("div", null, null, ("hidden", ""));
    }

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "The chat panel of {Endpoint} was rendered when its page had begun to be sent without Cache-Control: no-store, so a cache may "
            + "store the page. The panel was left empty; its connection brings the conversation. Render the panel before the first "
            + "byte, or "
            + "set the header.")]
    private partial void LogLate(string endpoint);

    [LoggerMessage(
        2,
        LogLevel.Error,
        "The page {Path} has two chat panels. The second was left out: their elements have the same ids, and only one can be connected.")]
    private partial void LogTwoPanels(string path);
}
