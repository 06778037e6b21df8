using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Panel;
using Pipulate.Routes;
using Pipulate.Security;

namespace Pipulate.TagHelpers;

/// <summary>
/// Renders <c>&lt;chat-context /&gt;</c>, which shows visitors the recorded events and the next prompt. They can pause the recording, and
/// delete one event or all of them. It is closed at first and fetched when it is opened.
/// </summary>
/// <remarks>Requires <c>app.MapPipulate()</c>, and htmx on the page. One per page.</remarks>
[HtmlTargetElement("chat-context", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class ChatContextTagHelper : TagHelper
{
    /// <summary>
    /// Gets or sets the view that the helper stands in; set by the framework.
    /// </summary>
    [HtmlAttributeNotBound]
    [ViewContext]
    public ViewContext ViewContext { get; set; } = null!;

    /// <summary>
    /// Gets or sets the label of the closed panel.
    /// </summary>
    /// <value>The default is <c>What the AI sees</c>, in the page's language.</value>
    public string? Label { get; set; }

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var http = ViewContext.HttpContext;
        PrivateResponse.Mark(http);
        output.TagName = "details";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("id", "chat-context");
        output.Attributes.SetAttribute("class", "chat-context");
        foreach (var (name, value) in http.RequestServices.GetRequiredService<ChatMarkup>().Own)
        {
            output.Attributes.SetAttribute(name, value);
        }

        var markup = http.RequestServices.GetRequiredService<ChatMarkup>();
        foreach (var (name, value) in markup.Boundary)
        {
            output.Attributes.SetAttribute(name, value);
        }

        var summary = new TagBuilder("summary");
        foreach (var (name, value) in markup.Request("get", markup.AddressOf(http, ChatPaths.Context)))
        {
            summary.Attributes[name] = value;
        }

        summary.Attributes["hx-target"] = "#chat-context-body";
        summary.Attributes["hx-swap"] = "innerHTML";
        summary.Attributes["hx-trigger"] = "click";
        summary.InnerHtml.Append(
            Label ?? http.RequestServices.GetRequiredService<PanelLocalizer>().Current[Localization.TextKey.ContextLabel]);
        var body = new TagBuilder("div");
        body.Attributes["id"] = "chat-context-body";
        output.Content.AppendHtml(summary).AppendHtml(body);
    }
}
