using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Panel;
using Pipulate.Routes;
using Pipulate.Security;

namespace Pipulate.TagHelpers;

/// <summary>
/// Renders <c>&lt;chat-conversations /&gt;</c>: the visitor's conversations, with the one that the page shows marked. They can begin a new
/// one, open, rename, export and delete each, and delete all of them. A conversation has its address: the page's own with
/// <c>?conversation=…</c>.
/// </summary>
/// <remarks>Requires <c>app.MapPipulate()</c>. One per page. Where all visitors share one conversation it shows nothing.</remarks>
[HtmlTargetElement("chat-conversations", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class ChatConversationsTagHelper : TagHelper
{
    /// <summary>
    /// Gets or sets the view that the helper stands in; set by the framework.
    /// </summary>
    [HtmlAttributeNotBound]
    [ViewContext]
    public ViewContext ViewContext { get; set; } = null!;

    /// <summary>
    /// Gets or sets the name of the list, for screen readers.
    /// </summary>
    /// <value>The default is <c>Conversations</c>, in the page's language.</value>
    public string? Label { get; set; }

    /// <inheritdoc/>
    public override async Task ProcessAsync(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var http = ViewContext.HttpContext;
        var services = http.RequestServices;
        var access = services.GetRequiredService<ConversationAccess>();
        var visitors = services.GetRequiredService<VisitorIdentity>();
        var isPrivate = PrivateResponse.MarkPage(http, "<chat-conversations>");
        if (!isPrivate
            || !access.IsPerVisitor
            || (http.Response.HasStarted ? visitors.Find(http) : visitors.GetOrCreate(http)) is not { } visitor)
        {
            output.SuppressOutput();
            return;
        }

        output.TagName = "nav";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("id", ConversationsView.Id);
        output.Attributes.SetAttribute("class", "chat-conversations");
        foreach (var (name, value) in services.GetRequiredService<ChatMarkup>().Own)
        {
            output.Attributes.SetAttribute(name, value);
        }
        output.Attributes.SetAttribute(
            "aria-label", Label ?? services.GetRequiredService<PanelLocalizer>().Current[Localization.TextKey.Conversations]);
        var markup = services.GetRequiredService<ChatMarkup>();
        foreach (var (name, value) in markup.Boundary)
        {
            output.Attributes.SetAttribute(name, value);
        }

        var address = markup.AddressOf(http, ChatPaths.Conversations);

        // For a visitor who signs in or out without loading another page.
        output.Attributes.SetAttribute("hx-get", address);
        output.Attributes.SetAttribute("hx-swap", "innerHTML");
        output.Attributes.SetAttribute("hx-trigger", "chat:visitor from:body");
        output.Content.AppendHtml(await services.GetRequiredService<ConversationListHtml>().RenderAsync(
            http, await access.FindAsync(http)
                ?? visitor with { Conversation = visitor.First }, PageAddress.OfThis(http.Request), address));
    }
}
