namespace Pipulate.Storage;

/// <summary>
/// Identifies a conversation in a store, by its owner and its id. Another owner means another conversation, so an id alone opens nothing.
/// </summary>
/// <param name="Owner">Whose conversation it is, such as a visitor's key: 1 to 256 characters.</param>
/// <param name="Id">The conversation's id among those of its owner.</param>
public readonly record struct ConversationKey(string Owner, ConversationId Id);
