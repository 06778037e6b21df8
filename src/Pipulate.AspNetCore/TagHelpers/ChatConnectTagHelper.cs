using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.TagHelpers;

/// <summary>
/// <c>chat-connect</c> on an element of your own: opens the chat's socket or stream from there, with the attributes of the configured htmx version.
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

    /// <summary>
    /// Gets or sets <c>sse</c> for server-sent events and POST, or nothing for the WebSocket; the same on <c>chat-connect</c> and <c>chat-send</c>.
    /// </summary>
    /// <value>The default is the WebSocket.</value>
    [HtmlAttributeName("chat-connect")]
    public string? Transport { get; set; }

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Attributes.RemoveAll("chat-connect");
        var http = ViewContext.HttpContext;
        var markup = http.RequestServices.GetRequiredService<ChatMarkup>();
        var byStream = Transports.IsStream(Transport, "chat-connect");
        PageScripts.Of(http).WithStream |= byStream;
        foreach (var (name, value) in byStream ? markup.ConnectStream(http) : markup.Connect(http))
        {
            output.Attributes.SetAttribute(name, value);
        }
    }
}
