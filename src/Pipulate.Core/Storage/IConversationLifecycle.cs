using Pipulate.Conversations;

namespace Pipulate.Storage;

/// <summary>Receives which conversations this process holds and deletes, for those that share them with other processes.</summary>
internal interface IConversationLifecycle
{
    /// <summary>Gets a value indicating whether other nodes may change the same conversations.</summary>
    bool IsShared { get; }

    /// <summary>Begins to exchange the changes of a conversation with the other nodes. Called before its history is read.</summary>
    void Track(ConversationWriter writer);

    /// <summary>Ends what <see cref="Track"/> began: the process does not hold the conversation any more.</summary>
    void Untrack(Conversation conversation);

    /// <summary>Announces that a conversation was deleted from the store.</summary>
    void AnnounceDeleted(ConversationId conversation);

    /// <summary>Announces that all conversations of an owner were deleted from the store.</summary>
    void AnnounceOwnerDeleted(string owner);

    /// <summary>Ends a conversation of this process that another node has deleted, and closes its connections.</summary>
    void OnDeleted(Conversation conversation);
}
