using Microsoft.AspNetCore.Http;

namespace Pipulate;

/// <summary>
/// A page that would connect, for an <see cref="IChatConnectionHandler"/>.
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
    /// Gets the signed-in user's id, or <see langword="null"/> for a visitor without a name.
    /// </summary>
    public string? UserId { get; } = userId;

    /// <summary>
    /// Gets the request by which it would connect: its user, headers and items. It is not answered yet.
    /// </summary>
    public HttpContext HttpContext { get; } = httpContext;

    /// <summary>
    /// Gets or sets whether the page is refused, with 403. It tries again by itself, less and less often.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Refused { get; set; }
}
