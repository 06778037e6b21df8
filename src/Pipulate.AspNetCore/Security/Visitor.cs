namespace Pipulate.Security;

/// <summary>Who a request comes from, as far as the chat cares.</summary>
/// <param name="Conversation">The conversation that is theirs.</param>
/// <param name="UserId">The signed-in user's id, or null.</param>
internal readonly record struct Visitor(ConversationId Conversation, string? UserId);
