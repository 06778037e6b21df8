using Microsoft.AspNetCore.Html;
using Pipulate;
using Pipulate.Panel;

namespace Microsoft.AspNetCore.Http;

/// <summary>
/// Renders the panel for pages that neither tag helpers nor components write.
/// </summary>
public static class ChatPanelHttpContextExtensions
{
    /// <summary>
    /// Renders the same as <c>&lt;chat-panel&gt;</c>: the visitor's conversation so far, and the form for messages. One per page.
    /// </summary>
    /// <param name="context">
    /// The page's request. A visitor who has no identity yet gets the cookie with its response, which must not have started.
    /// </param>
    /// <param name="configure">Sets the panel's settings.</param>
    /// <returns>The panel; write it with <c>HtmlEncoder.Default</c>. It holds this visitor's words: keep it for no other request.</returns>
    /// <remarks>No cache stores the answer, whatever the application says of that (docs/existing-app.md).</remarks>
    /// <exception cref="InvalidOperationException">
    /// <c>app.MapPipulate()</c> was not called; or, in Development, the page has a panel already. In other environments a second panel is
    /// logged as an error and renders nothing.
    /// </exception>
    public static async Task<IHtmlContent> RenderChatPanelAsync(this HttpContext context, Action<ChatPanelOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        var settings = new ChatPanelOptions();
        configure?.Invoke(settings);
        return await ChatPanelHtml.RenderContentAsync(context, settings, owner: settings);
    }

    /// <summary>
    /// Renders the same as <c>&lt;chat-assets&gt;</c> in a page's head: the panel's style, htmx with its extensions, and the panel's
    /// script.
    /// </summary>
    /// <param name="context">The page's request.</param>
    /// <param name="htmx">Whether htmx itself is written; <see langword="false"/> where the page brings it.</param>
    /// <param name="transport">The transport of the page's panel.</param>
    /// <returns>The elements; write them with <c>HtmlEncoder.Default</c>.</returns>
    public static IHtmlContent RenderChatAssets(
        this HttpContext context, bool htmx = true, ChatTransport transport = ChatTransport.WebSocket)
    {
        ArgumentNullException.ThrowIfNull(context);
        return ChatAssetsHtml.Render(context, htmx, transport);
    }
}
