using Microsoft.AspNetCore.Http;

namespace Pipulate;

/// <summary>
/// Represents a page that is about to connect, for an <see cref="IChatConnectionHandler"/>.
/// </summary>
/// <param name="conversation">The conversation that it would show.</param>
/// <param name="userId">The signed-in user's id.</param>
/// <param name="httpContext">Its request.</param>
public sealed class ChatConnectingContext(ConversationId conversation, string? userId, HttpContext httpContext)
{
    /// <summary>
    /// Gets the conversation that it would show.
    /// </summary>
    public ConversationId Conversation { get; } = conversation;

    /// <summary>
    /// Gets the signed-in user's id, or <see langword="null"/> for an anonymous visitor.
    /// </summary>
    public string? UserId { get; } = userId;

    /// <summary>
    /// Gets the request of the page: its user, headers and items. It is not answered yet.
    /// </summary>
    public HttpContext HttpContext { get; } = httpContext;

    /// <summary>
    /// Gets or sets a value indicating whether the page is refused, with 403. It tries again by itself, at growing intervals.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Refused { get; set; }
}
