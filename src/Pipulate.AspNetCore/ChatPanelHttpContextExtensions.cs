using Microsoft.AspNetCore.Html;
using Pipulate;
using Pipulate.Panel;

namespace Microsoft.AspNetCore.Http;

/// <summary>
/// The panel as HTML, for pages that neither tag helpers nor components write.
/// </summary>
public static class ChatPanelHttpContextExtensions
{
    /// <summary>
    /// Renders what <c>&lt;chat-panel&gt;</c> writes: the visitor's conversation so far, and the form to talk back. One to a page.
    /// </summary>
    /// <param name="context">
    /// The page's request. A visitor who has no identity yet gets the cookie with its answer, so nothing of that may have been sent.
    /// </param>
    /// <param name="configure">How the panel is to be.</param>
    /// <returns>The panel; write it with <c>HtmlEncoder.Default</c>. It holds this visitor's words: keep it for no other request.</returns>
    /// <remarks>No cache stores the answer, whatever the application says of that (docs/existing-app.md).</remarks>
    /// <exception cref="InvalidOperationException">
    /// <c>app.MapPipulate()</c> was not called; or, in Development, the page has a panel already. Elsewhere that is logged as an error and
    /// nothing is shown.
    /// </exception>
    public static async Task<IHtmlContent> RenderChatPanelAsync(this HttpContext context, Action<ChatPanelOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        var settings = new ChatPanelOptions();
        configure?.Invoke(settings);
        return await ChatPanelHtml.RenderContentAsync(context, settings, owner: settings);
    }

    /// <summary>
    /// Renders what <c>&lt;chat-assets&gt;</c> writes into a page's head: the panel's style, htmx with its extensions, and the panel's
    /// script.
    /// </summary>
    /// <param name="context">The page's request.</param>
    /// <param name="htmx">Whether htmx itself is written; <see langword="false"/> where the page brings it.</param>
    /// <param name="transport"><c>ws</c>, which is the default, or <c>sse</c>.</param>
    /// <returns>The elements; write them with <c>HtmlEncoder.Default</c>.</returns>
    public static IHtmlContent RenderChatAssets(this HttpContext context, bool htmx = true, string? transport = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        return ChatAssetsHtml.Render(context, htmx, transport);
    }
}
