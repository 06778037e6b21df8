using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.Panel;

/// <summary>
/// Renders what a page's head needs for the panel: its style, htmx with its extensions, and its script, in the order in which they must
/// load.
/// </summary>
internal static class ChatAssetsHtml
{
    /// <summary>Renders the elements.</summary>
    /// <param name="http">The page's request.</param>
    /// <param name="htmx"><see langword="true"/> to write htmx itself too.</param>
    /// <param name="transport">The transport of the page's panel.</param>
    public static IHtmlContent Render(HttpContext http, bool htmx, ChatTransport transport)
    {
        var markup = http.RequestServices.GetRequiredService<ChatMarkup>();
        var page = PageScripts.Of(http);
        page.WithStream |= !htmx || transport is ChatTransport.ServerSentEvents;
        page.AreWritten = true;

        var head = new HtmlContentBuilder();
        var style = new TagBuilder("link") { TagRenderMode = TagRenderMode.SelfClosing };
        style.Attributes["rel"] = "stylesheet";
        style.Attributes["href"] = ChatMarkup.AddressOfFile(http, "pipulate.css");
        head.AppendHtml(style);
        string[] scripts = !htmx ? [] : page.WithStream ? [.. markup.HtmxScripts, markup.StreamScript] : [.. markup.HtmxScripts];
        foreach (var file in (string[])[.. scripts, markup.GuardScript])
        {
            head.AppendHtml(ChatMarkup.Script(http, file));
        }

        var script = ChatMarkup.Script(http, "pipulate.js");
        if (htmx)
        {
            // Not as <meta name="htmx-config">: htmx reads only the first, which belongs to the page.
            script.Attributes["data-htmx-config"] = markup.Config;
        }

        head.AppendHtml(script);
        return head;
    }
}
