using Microsoft.Extensions.DependencyInjection;
using Pipulate;
using Pipulate.Commentary;
using Pipulate.Security;

namespace Microsoft.AspNetCore.Http;

/// <summary>
/// Provides values of a handler for its commentary, and the conversation of the request.
/// </summary>
public static class ChatCommentaryHttpContextExtensions
{
    /// <summary>
    /// Sets a value that the endpoint's commentary can name, such as the old state of what is about to change: <c>{before.Done}</c>.
    /// It wins over an argument, route, form or query value of the same name, and over the text of <c>{error}</c>.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The name, as it is written between the braces of the template.</param>
    /// <param name="value">The value, read after the endpoint has run.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty.</exception>
    public static void SetCommentary(this HttpContext context, string name, object? value)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentException.ThrowIfNullOrEmpty(name);
        CommentaryFeature.Of(context).Set(name, value);
    }

    /// <summary>
    /// Gets the conversation of the visitor that sent the request, for background work that adds to it later: <see cref="IChatChannel"/>
    /// and <see cref="IChatQueue"/> take it.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <returns>
    /// The conversation, or null for a visitor that has none: neither signed in nor with the cookie that a page with a chat panel brings.
    /// </returns>
    /// <exception cref="InvalidOperationException"><c>AddPipulate</c> was not called.</exception>
    public static ConversationId? GetConversation(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var visitors = context.RequestServices.GetService<VisitorIdentity>()
            ?? throw new InvalidOperationException(
                "GetConversation needs services that are not there. Call builder.Services.AddPipulate() before builder.Build().");
        return visitors.Find(context)?.Conversation;
    }
}
