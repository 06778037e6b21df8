namespace Pipulate;

/// <summary>
/// Describes one open page.
/// </summary>
/// <param name="Id">The connection's id, new for each connection.</param>
/// <param name="Conversation">The conversation that the page shows.</param>
/// <param name="UserId">The signed-in user's id, or <see langword="null"/> for a visitor without a name.</param>
/// <param name="ConnectedAt">Since when the page is connected.</param>
public sealed record ChatConnectionInfo(string Id, ConversationId Conversation, string? UserId, DateTimeOffset ConnectedAt);
