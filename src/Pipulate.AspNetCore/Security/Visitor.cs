namespace Pipulate.Security;

/// <summary>Represents the visitor that a request comes from.</summary>
/// <param name="First">The conversation that they have from the beginning, or the room that all share.</param>
/// <param name="Conversation">
/// The conversation that the request is about: one of theirs, or a room that they may enter. That it exists is checked by
/// <see cref="ConversationAccess"/> only.
/// </param>
/// <param name="UserId">The signed-in user's id, or null.</param>
internal readonly record struct Visitor(ConversationId First, ConversationId Conversation, string? UserId)
{
    /// <summary>Gets the owner of the conversations.</summary>
    public string Owner => First.Owner;
}
