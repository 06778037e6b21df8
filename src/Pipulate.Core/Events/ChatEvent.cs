namespace Pipulate;

/// <summary>
/// Something that happened and that a conversation is to hear of.
/// </summary>
/// <param name="Conversation">Whose conversation it belongs to.</param>
/// <param name="Text">
/// What happened and what is wanted, as the model is told it. It is cut at <see cref="PipulateLimits.EventCharacters"/>.
/// Write what users typed in quotation marks, as JSON strings, so that it stays data.
/// </param>
public sealed record ChatEvent(ConversationId Conversation, string Text)
{
    /// <summary>
    /// Gets what becomes of the event.
    /// </summary>
    /// <value>The default is <see cref="ChatLane.Comment"/>.</value>
    public ChatLane Lane { get; init; } = ChatLane.Comment;

    /// <summary>
    /// Gets what this is an instance of, such as the template that it was rendered from. Events of one kind that come together are told to
    /// the model together.
    /// </summary>
    /// <value>The default is <see langword="null"/>: it stands for itself.</value>
    public string? Kind { get; init; }
}
