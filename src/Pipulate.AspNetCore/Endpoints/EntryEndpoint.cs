using Microsoft.AspNetCore.Http;
using Pipulate.Security;
using Pipulate.Storage;

namespace Pipulate.Endpoints;

/// <summary>
/// Handles <c>GET /entries/{entry}</c>: gives the text of an entry as it was said, with its markdown, for the button that copies it. It is
/// of the conversation that the page shows; any other is not there.
/// </summary>
internal sealed class EntryEndpoint(ConversationAccess access, ConversationCache conversations)
{
    public async Task ShowAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "private, no-store";
        if (!Guid.TryParseExact(context.Request.RouteValues["entry"] as string, "N", out var id)
            || await access.FindAsync(context) is not { } visitor
            || await FindAsync(visitor.Conversation, id) is not { } text)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }

    private async Task<string?> FindAsync(ConversationId name, Guid id)
    {
        var conversation = conversations.Get(name);
        await conversation.Loaded;
        lock (conversation.Gate)
        {
            return conversation.Log.Entries.FirstOrDefault(entry => entry.Id == id && entry.Visible)?.Text.ToString();
        }
    }
}
