namespace Pipulate;

/// <summary>
/// Describes one connected page.
/// </summary>
/// <param name="Id">The connection's id, new for each connection.</param>
/// <param name="Conversation">The conversation that the page shows.</param>
/// <param name="UserId">The signed-in user's id, or <see langword="null"/> for an anonymous visitor.</param>
/// <param name="ConnectedAt">When the page connected.</param>
public sealed record ChatConnectionInfo(string Id, ConversationId Conversation, string? UserId, DateTimeOffset ConnectedAt);
