using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Http;
using Pipulate.Panel;

namespace Pipulate.Components;

/// <summary>
/// Renders <c>&lt;ChatAssets /&gt;</c> in the head of a page of statically rendered Razor components: what the tag helper
/// <c>&lt;chat-assets&gt;</c> writes.
/// </summary>
public sealed class ChatAssets : ComponentBase
{
    /// <summary>
    /// Gets or sets the page's request; set by the framework.
    /// </summary>
    [CascadingParameter]
    public HttpContext? HttpContext { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether htmx itself and its settings are written. Set it to <see langword="false"/> when the page
    /// loads
    /// htmx and its extension <c>ws</c> already.
    /// </summary>
    /// <value>The default is <see langword="true"/>.</value>
    [Parameter]
    public bool Htmx { get; set; } = true;

    /// <summary>
    /// Gets or sets the transport of the page's panel.
    /// </summary>
    /// <value>The default is <see cref="ChatTransport.WebSocket"/>.</value>
    [Parameter]
    public ChatTransport Transport { get; set; }

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var http =
            HttpContext
                ?? throw new InvalidOperationException(
                    "<ChatAssets> is for statically rendered components: there is no request here. Take the render mode away from it "
                        + "and from what it stands in.");
        using var html = new StringWriter();
        ChatAssetsHtml.Render(http, Htmx, Transport).WriteTo(html, HtmlEncoder.Default);
        builder.AddMarkupContent(0, html.ToString());
    }
}
