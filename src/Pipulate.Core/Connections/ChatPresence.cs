namespace Pipulate;

/// <summary>
/// Represents a visitor who is present: with at least one open page.
/// </summary>
/// <param name="Conversation">The conversation that their pages show; of a user with several, one of them.</param>
/// <param name="UserId">
/// The signed-in user's id, or <see langword="null"/> for a visitor without a name. In a room that is shared all who have no name are one.
/// </param>
/// <param name="Connections">How many of the audience's pages are theirs.</param>
/// <param name="Since">Since when they are here.</param>
public sealed record ChatPresence(ConversationId Conversation, string? UserId, int Connections, DateTimeOffset Since);
