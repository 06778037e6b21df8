using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Security;
using Pipulate.Storage;

namespace Pipulate.Panel;

/// <summary>Renders a visitor's list of conversations, for the page and for the endpoint that updates it.</summary>
internal sealed partial class ConversationListHtml(
    VisitorConversations conversations,
    ConversationCache cache,
    PanelLocalizer localizer,
    IAntiforgery antiforgery,
    IOptions<PipulateOptions> options,
    ILogger<ConversationListHtml> logger)
{
    /// <summary>
    /// Renders the inside of <c>&lt;chat-conversations&gt;</c>. While the store is unavailable the list holds only the conversation that
    /// the page shows.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="visitor">The visitor, with the conversation that the page shows.</param>
    /// <param name="page">The page's own address.</param>
    /// <param name="address">The address of the conversations endpoint.</param>
    public async Task<string> RenderAsync(HttpContext context, Visitor visitor, string page, string address)
    {
        IReadOnlyList<ConversationSummary> known = [];
        try
        {
            known = await conversations.ListAsync(visitor.Owner);
        }
        catch (Exception exception)
        {
            LogUnavailable(exception);
        }

        var shown = visitor.Conversation;
        if (shown.Room is null && !known.Any(summary => summary.Id == shown))
        {
            known = [new ConversationSummary(shown, cache.Peek(shown)?.Details.Title, IsPaused: false, default), .. known];
        }

        var token = antiforgery.GetAndStoreTokens(context);
        return new ConversationsView(
            options.Value.Htmx,
            name => PageAddress.Showing(page, name, options.Value),
            address,
            token.FormFieldName,
            token.RequestToken!,
            localizer.Current).Render(known, shown);
    }

    [LoggerMessage(1, LogLevel.Error, "The list of conversations cannot be read from the store.")]
    private partial void LogUnavailable(Exception exception);
}
