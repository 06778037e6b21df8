using Pipulate.Conversations;
using Pipulate.Localization;

namespace Pipulate.Storage;

/// <summary>Represents an application of one process: there is no other node to tell.</summary>
internal sealed class LocalConversationLifecycle : IConversationLifecycle
{
    private LocalConversationLifecycle()
    {
    }

    public static LocalConversationLifecycle Instance { get; } = new();

    public bool IsShared => false;

    public void Track(ConversationWriter writer)
    {
    }

    public void Untrack(Conversation conversation)
    {
    }

    public void AnnounceDeleted(ConversationId conversation)
    {
    }

    public void AnnounceOwnerDeleted(string owner)
    {
    }

    public void OnDeleted(Conversation conversation)
    {
        conversation.Delete(TextKey.ConversationDeleted);
        conversation.Usage.Evict();
    }
}
