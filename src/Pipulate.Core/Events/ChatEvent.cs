using Pipulate.Conversations.Entries;

namespace Pipulate;

/// <summary>
/// Represents something that happened and that the model of a conversation is to know.
/// </summary>
/// <param name="Conversation">Whose conversation it belongs to.</param>
/// <param name="Text">
/// What happened and what is wanted, as it is sent to the model. It is cut at <see cref="PipulateLimits.EventCharacters"/>.
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
    /// Gets what this is an instance of, such as the template that it was rendered from. Events of one kind that come together are sent to
    /// the model together.
    /// </summary>
    /// <value>The default is <see langword="null"/>: it stands for itself.</value>
    public string? Kind { get; init; }

    /// <summary>Gets who caused the event, where a request of theirs did.</summary>
    internal Requester? Requester { get; init; }
}
