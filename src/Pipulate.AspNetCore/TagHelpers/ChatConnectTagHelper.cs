using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Panel;
using Pipulate.Security;

namespace Pipulate.TagHelpers;

/// <summary>
/// Handles <c>chat-connect</c> on an element of your own: opens the chat's socket or stream from there, with the attributes of the
/// configured htmx version. <c>chat-connect="sse"</c> opens the stream in place of the socket. For a page that lays the panel out by
/// itself; what sends must stand inside this element.
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
    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var byStream = Transports.IsStream(output.Attributes["chat-connect"]?.Value?.ToString(), "chat-connect");
        output.Attributes.RemoveAll("chat-connect");
        var http = ViewContext.HttpContext;
        var isPrivate = PrivateResponse.MarkPage(http, "chat-connect");
        var markup = http.RequestServices.GetRequiredService<ChatMarkup>();
        if (byStream && PageScripts.Of(http).NeedStream(http, markup.StreamScript) is { } script)
        {
            output.PreElement.AppendHtml(script);
        }

        var visitor = !isPrivate ? null : await http.RequestServices.GetRequiredService<ConversationAccess>().FindAsync(http);
        foreach (var (name, value) in byStream ? markup.ConnectStream(http, visitor) : markup.Connect(http, visitor))
        {
            output.Attributes.SetAttribute(name, value);
        }
    }
}
