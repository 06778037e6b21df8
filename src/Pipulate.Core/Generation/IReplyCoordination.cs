using Pipulate.Conversations;

namespace Pipulate.Generation;

/// <summary>Answers what the model's replies depend on where other nodes reply in the same conversations.</summary>
internal interface IReplyCoordination
{
    /// <summary>
    /// Gets a value indicating whether other nodes may have viewers that this one does not know of, because it cannot hear them or has
    /// only just asked.
    /// </summary>
    bool MayMissViewers { get; }

    /// <summary>Reads from the store what other nodes have added to a conversation and this one lacks.</summary>
    Task RepairAsync(Conversation conversation, CancellationToken cancellationToken);

    /// <summary>Asks the node that has given a reply to give it again.</summary>
    /// <returns>Whether there is nothing more to do here; false where that node has stopped, so that this one can give the reply.</returns>
    bool TryRegenerate(Conversation conversation, Guid reply);
}
