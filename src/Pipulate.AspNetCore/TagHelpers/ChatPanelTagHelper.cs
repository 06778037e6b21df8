using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Panel;

namespace Pipulate.TagHelpers;

/// <summary>
/// Renders <c>&lt;chat-panel /&gt;</c>: the visitor's conversation, the line with the model in use, and the form for messages. The page
/// contains the entries so far; the socket or the stream continues from there. One per page.
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

    /// <inheritdoc cref="ChatPanelOptions.Transport"/>
    public string? Transport
    {
        get => _settings.Transport;
        set => _settings.Transport = value;
    }

    /// <inheritdoc/>
    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var http = ViewContext.HttpContext;
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
