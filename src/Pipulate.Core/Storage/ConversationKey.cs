namespace Pipulate.Storage;

/// <summary>
/// A conversation as a store knows it: by its id and by whose it is. Who names another owner names another conversation, so an id alone
/// opens nothing.
/// </summary>
/// <param name="Owner">Whose conversation it is, such as a visitor's key: 1 to 256 characters.</param>
/// <param name="Id">The conversation's id among those of its owner.</param>
public readonly record struct ConversationKey(string Owner, ConversationId Id);
