using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Panel;
using Pipulate.Security;

namespace Pipulate.TagHelpers;

/// <summary>
/// Handles <c>chat-send</c> on a form inside a connected element: its fields go to the chat when it is submitted. The field <c>msg</c> is
/// what was typed. Beside a stream it is <c>chat-send="sse"</c>.
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
        var byStream = Transports.IsStream(output.Attributes["chat-send"]?.Value?.ToString(), "chat-send");
        output.Attributes.RemoveAll("chat-send");
        var http = ViewContext.HttpContext;
        var markup = http.RequestServices.GetRequiredService<ChatMarkup>();
        if (byStream)
        {
            PrivateResponse.MarkPage(http, "chat-send");
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
