using Pipulate.Conversations.Entries;
namespace Pipulate.Conversations;

/// <summary>Told of every change as it is made.</summary>
internal interface IConversationObserver
{
    /// <summary>Called under the conversation's lock: must return at once and must not call back into the conversation.</summary>
    /// <param name="entry">What changed; null for the conversation itself.</param>
    void OnChanged(ConversationEntry? entry);
}
