namespace Pipulate.Storage;

/// <summary>
/// Represents a conversation as it was read from a store.
/// </summary>
/// <param name="Summary">What is known of it as a whole.</param>
/// <param name="Entries">Those that were asked for, oldest first.</param>
public sealed record StoredConversation(ConversationSummary Summary, IReadOnlyList<StoredEntry> Entries);
