using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Pipulate.Panel;

namespace Pipulate.TagHelpers;

/// <summary>
/// Renders <c>&lt;chat-assets /&gt;</c> in the page's head: the panel's style, htmx of the configured version with its WebSocket extension,
/// and the panel's script. All of it comes from the application itself, so <c>Content-Security-Policy: default-src 'self'</c> is enough.
/// </summary>
[HtmlTargetElement("chat-assets", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class ChatAssetsTagHelper : TagHelper
{
    /// <summary>
    /// Gets or sets the view that the helper stands in; set by the framework.
    /// </summary>
    [HtmlAttributeNotBound]
    [ViewContext]
    public ViewContext ViewContext { get; set; } = null!;

    /// <summary>
    /// Gets or sets a value indicating whether htmx itself and its settings are written. Set it to <see langword="false"/> when the page
    /// loads
    /// htmx and its extension <c>ws</c> already.
    /// </summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Htmx { get; set; } = true;

    /// <summary>
    /// Gets or sets the transport. Set <c>sse</c> on a page that gets a <c>&lt;chat-panel transport="sse"&gt;</c> only later. A panel that
    /// is
    /// part of the page loads what it needs by itself.
    /// </summary>
    /// <value>The default is <c>ws</c>.</value>
    public string? Transport { get; set; }

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.TagName = null;
        output.Content.AppendHtml(ChatAssetsHtml.Render(
            ViewContext.HttpContext, Htmx, Transports.Parse(Transport, "The transport of <chat-assets>")));
    }
}
