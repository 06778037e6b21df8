using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Panel;

namespace Pipulate.TagHelpers;

/// <summary>
/// Renders <c>&lt;chat-panel /&gt;</c>: the visitor's conversation so far, the status line of the model, and the form to write in. The
/// socket or the stream then updates it. One to a page.
/// </summary>
/// <remarks>Requires <c>app.MapPipulate()</c>. A visitor who has no identity yet gets the cookie with this page.</remarks>
[HtmlTargetElement("chat-panel", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class ChatPanelTagHelper : TagHelper
{
    private readonly ChatPanelOptions _settings = new();

    /// <summary>
    /// Gets or sets the view that the helper stands in; set by the framework.
    /// </summary>
    [HtmlAttributeNotBound]
    [ViewContext]
    public ViewContext ViewContext { get; set; } = null!;

    /// <inheritdoc cref="ChatPanelOptions.Theme"/>
    public string Theme
    {
        get => _settings.Theme;
        set => _settings.Theme = value;
    }

    /// <inheritdoc cref="ChatPanelOptions.Placeholder"/>
    public string? Placeholder
    {
        get => _settings.Placeholder;
        set => _settings.Placeholder = value;
    }

    /// <inheritdoc cref="ChatPanelOptions.Value"/>
    public string? Value
    {
        get => _settings.Value;
        set => _settings.Value = value;
    }

    /// <inheritdoc cref="ChatPanelOptions.Disabled"/>
    public bool Disabled
    {
        get => _settings.Disabled;
        set => _settings.Disabled = value;
    }

    /// <inheritdoc cref="ChatPanelOptions.Autofocus"/>
    public bool Autofocus
    {
        get => _settings.Autofocus;
        set => _settings.Autofocus = value;
    }

    /// <summary>
    /// Gets or sets how the panel is connected: <c>ws</c> by a WebSocket, or <c>sse</c> by server-sent events and POST, for networks that
    /// block WebSockets.
    /// </summary>
    /// <value>The default is <c>ws</c>.</value>
    public string? Transport { get; set; }

    /// <inheritdoc/>
    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var http = ViewContext.HttpContext;
        _settings.Transport = Transports.Parse(Transport, "The transport of <chat-panel>");
        var (before, panel) = await http.RequestServices.GetRequiredService<ChatPanelHtml>().RenderAsync(http, _settings, this);
        output.TagName = panel.TagName;
        output.TagMode = TagMode.StartTagAndEndTag;
        foreach (var (name, value) in panel.Attributes)
        {
            output.Attributes.SetAttribute(name, value);
        }

        if (before is not null)
        {
            output.PreElement.AppendHtml(before);
        }

        output.Content.AppendHtml(panel.InnerHtml);
    }
}
