using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.TagHelpers;

/// <summary>
/// <c>chat-connect</c> on an element of your own: opens the chat's socket from there, with the attributes of the configured htmx version.
/// For a page that lays the panel out by itself; what sends must stand inside this element.
/// </summary>
[HtmlTargetElement("*", Attributes = "chat-connect")]
public sealed class ChatConnectTagHelper : TagHelper
{
    /// <summary>
    /// Gets or sets the view that the helper stands in; set by the framework.
    /// </summary>
    [HtmlAttributeNotBound]
    [ViewContext]
    public ViewContext ViewContext { get; set; } = null!;

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Attributes.RemoveAll("chat-connect");
        var http = ViewContext.HttpContext;
        foreach (var (name, value) in http.RequestServices.GetRequiredService<ChatMarkup>().Connect(http))
        {
            output.Attributes.SetAttribute(name, value);
        }
    }
}
