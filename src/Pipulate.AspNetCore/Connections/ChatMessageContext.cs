using Microsoft.AspNetCore.Http;

namespace Pipulate;

/// <summary>
/// Represents a message that a visitor has typed, for an <see cref="IChatConnectionHandler"/>.
/// </summary>
/// <param name="conversation">The conversation that it was sent to.</param>
/// <param name="text">The text.</param>
/// <param name="messageId">The id that the page gave it.</param>
/// <param name="httpContext">The request that brought it.</param>
public sealed class ChatMessageContext(ConversationId conversation, string text, string? messageId, HttpContext httpContext)
{
    /// <summary>
    /// Gets the conversation that it was sent to.
    /// </summary>
    public ConversationId Conversation { get; } = conversation;

    /// <summary>
    /// Gets the text, without white space around it: at least one character and at most <see cref="PipulateLimits.MessageCharacters"/>.
    /// </summary>
    public string Text { get; } = text;

    /// <summary>
    /// Gets the id that the page gave it, or <see langword="null"/>. A page without the confirmation that its message arrived sends it
    /// again: the conversation takes it once, a handler sees it each time, with the same id.
    /// </summary>
    public string? MessageId { get; } = messageId;

    /// <summary>
    /// Gets the request that brought it: the socket's own, or the POST of a page without a socket.
    /// </summary>
    public HttpContext HttpContext { get; } = httpContext;

    /// <summary>
    /// Gets or sets a value indicating whether the handler has handled it. Then it is not added to the conversation, the model is not
    /// called,
    /// and the page's input is cleared.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Handled { get; set; }
}
