namespace Pipulate.Storage;

/// <summary>
/// Represents a stored conversation without its entries.
/// </summary>
/// <param name="Id">Its id among those of its owner.</param>
/// <param name="Title">Its name, or null while it was given none.</param>
/// <param name="IsPaused">Whether what its user does is not recorded, because they said so.</param>
/// <param name="ChangedAt">When something was last added to it.</param>
public sealed record ConversationSummary(ConversationId Id, string? Title, bool IsPaused, DateTimeOffset ChangedAt);
