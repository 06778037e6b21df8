using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.TagHelpers;

/// <summary>
/// <c>chat-send</c> on a form inside a connected element: its fields go over the chat's socket when it is submitted. The field <c>msg</c> is what was typed.
/// </summary>
[HtmlTargetElement("*", Attributes = "chat-send")]
public sealed class ChatSendTagHelper : TagHelper
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
        output.Attributes.RemoveAll("chat-send");
        output.Attributes.SetAttribute(new TagHelperAttribute(
            ViewContext.HttpContext.RequestServices.GetRequiredService<ChatMarkup>().Send, null, HtmlAttributeValueStyle.Minimized));
    }
}
