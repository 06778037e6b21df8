using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Http;
using Pipulate.Panel;

namespace Pipulate.Components;

/// <summary>
/// Renders <c>&lt;ChatPanel /&gt;</c>, the panel for pages of statically rendered Razor components. It is what the tag helper
/// <c>&lt;chat-panel&gt;</c> writes. One to a page.
/// </summary>
/// <remarks>Requires <c>app.MapPipulate()</c>. It does not support an interactive render mode, because htmx does the work.</remarks>
public sealed class ChatPanel : ComponentBase
{
    private string _html = "";

    /// <summary>
    /// Gets or sets the page's request; set by the framework.
    /// </summary>
    [CascadingParameter]
    public HttpContext? HttpContext { get; set; }

    /// <inheritdoc cref="ChatPanelOptions.Theme"/>
    [Parameter]
    public string Theme { get; set; } = "neutral";

    /// <inheritdoc cref="ChatPanelOptions.Placeholder"/>
    [Parameter]
    public string? Placeholder { get; set; }

    /// <inheritdoc cref="ChatPanelOptions.Value"/>
    [Parameter]
    public string? Value { get; set; }

    /// <inheritdoc cref="ChatPanelOptions.Disabled"/>
    [Parameter]
    public bool Disabled { get; set; }

    /// <inheritdoc cref="ChatPanelOptions.Autofocus"/>
    [Parameter]
    public bool Autofocus { get; set; }

    /// <inheritdoc cref="ChatPanelOptions.Transport"/>
    [Parameter]
    public ChatTransport Transport { get; set; }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        var http =
            HttpContext
                ?? throw new InvalidOperationException(
                    "<ChatPanel> is for statically rendered components: there is no request here. Take the render mode away from it "
                        + "and from what it stands in.");
        var settings = new ChatPanelOptions
        {
            Theme = Theme,
            Placeholder = Placeholder,
            Value = Value,
            Disabled = Disabled,
            Autofocus = Autofocus,
            Transport = Transport,
        };
        var panel = await ChatPanelHtml.RenderContentAsync(http, settings, owner: this);
        using var html = new StringWriter();
        panel.WriteTo(html, HtmlEncoder.Default);
        _html = html.ToString();
    }

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddMarkupContent(0, _html);
    }
}
