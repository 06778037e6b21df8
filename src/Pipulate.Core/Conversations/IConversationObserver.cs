using Pipulate.Conversations.Entries;

namespace Pipulate.Conversations;

/// <summary>Observes every change of a conversation as it is made.</summary>
internal interface IConversationObserver
{
    /// <summary>Gets a value indicating whether nothing of the conversation waits in the observer.</summary>
    bool IsSettled => true;

    /// <summary>Called under the conversation's lock: must return at once and must not call back into the conversation.</summary>
    /// <param name="entry">What changed; null for the conversation itself.</param>
    void OnChanged(ConversationEntry? entry);
}
