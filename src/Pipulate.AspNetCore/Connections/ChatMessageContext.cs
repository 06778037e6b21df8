using Microsoft.AspNetCore.Http;

namespace Pipulate;

/// <summary>
/// Something that a person has typed, for an <see cref="IChatConnectionHandler"/>.
/// </summary>
/// <param name="conversation">The conversation that it was typed into.</param>
/// <param name="text">What was typed.</param>
/// <param name="messageId">The id that the page gave it.</param>
/// <param name="httpContext">The request that brought it.</param>
public sealed class ChatMessageContext(ConversationId conversation, string text, string? messageId, HttpContext httpContext)
{
    /// <summary>
    /// Gets the conversation that it was typed into.
    /// </summary>
    public ConversationId Conversation { get; } = conversation;

    /// <summary>
    /// Gets what was typed, without space around it: at least one character and at most <see cref="PipulateLimits.MessageCharacters"/>.
    /// </summary>
    public string Text { get; } = text;

    /// <summary>
    /// Gets the id that the page gave it, or <see langword="null"/>. A page that did not hear that its message arrived sends it again: the
    /// conversation takes it once, a handler sees it each time, with the same id.
    /// </summary>
    public string? MessageId { get; } = messageId;

    /// <summary>
    /// Gets the request that brought it: the socket's own, or the POST of a page without a socket.
    /// </summary>
    public HttpContext HttpContext { get; } = httpContext;

    /// <summary>
    /// Gets or sets whether the handler has dealt with it. Then it does not enter the conversation, the model is not asked, and the page's
    /// input is emptied.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Handled { get; set; }
}
