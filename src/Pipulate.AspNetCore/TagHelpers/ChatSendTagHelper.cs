using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.TagHelpers;

/// <summary>
/// <c>chat-send</c> on a form inside a connected element: its fields go to the chat when it is submitted. The field <c>msg</c> is what was typed.
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

    /// <summary>
    /// Gets or sets <c>sse</c> for server-sent events and POST, or nothing for the WebSocket; the same on <c>chat-connect</c> and <c>chat-send</c>.
    /// </summary>
    /// <value>The default is the WebSocket.</value>
    [HtmlAttributeName("chat-send")]
    public string? Transport { get; set; }

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Attributes.RemoveAll("chat-send");
        var http = ViewContext.HttpContext;
        var markup = http.RequestServices.GetRequiredService<ChatMarkup>();
        if (Transports.IsStream(Transport, "chat-send"))
        {
            foreach (var (name, value) in markup.SendByPost(http))
            {
                output.Attributes.SetAttribute(name, value);
            }
        }
        else
        {
            output.Attributes.SetAttribute(new TagHelperAttribute(markup.Send, null, HtmlAttributeValueStyle.Minimized));
        }
    }
}
