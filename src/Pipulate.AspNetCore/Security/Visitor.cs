namespace Pipulate.Security;

/// <summary>Who a request comes from, as far as the chat cares.</summary>
/// <param name="First">The conversation that they have from the beginning, or the room that all share.</param>
/// <param name="Conversation">
/// The one of theirs that the request is about, or a room that they may enter. That they have it is not said yet:
/// <see cref="ConversationAccess"/> does.
/// </param>
/// <param name="UserId">The signed-in user's id, or null.</param>
internal readonly record struct Visitor(ConversationId First, ConversationId Conversation, string? UserId)
{
    /// <summary>Whose conversations they are.</summary>
    public string Owner => First.Owner;
}
