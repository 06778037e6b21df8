using Pipulate.Storage;
namespace Pipulate.Generation;

/// <summary>
/// Stores what waits for a reply, and which node replies, where several nodes could. It is stored beside the conversations, so that what
/// waits outlasts the node that received it. One node at a time has the lease of a conversation, by the database's clock, and may renew it;
/// a lease that is not renewed may be taken by any node.
/// </summary>
internal interface IReplyLeaseStore : IPendingEntryStore
{
    /// <summary>Takes the lease of a conversation.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="begins">Whether one that is not there begins with it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether this node has it; else another one does, or the conversation was deleted.</returns>
    ValueTask<bool> TryLeaseAsync(ConversationKey conversation, bool begins, CancellationToken cancellationToken);

    /// <summary>Begins an answer under the lease: in one step it is stored, and what it answers does not wait any more.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="answer">The answer, still empty.</param>
    /// <param name="known">The entries that it may answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Those of them that waited; where none did, or the lease is lost, nothing was stored.</returns>
    ValueTask<IReadOnlyList<Guid>> BeginAsync(
        ConversationKey conversation, StoredEntry answer, IReadOnlyList<Guid> known, CancellationToken cancellationToken);

    /// <summary>Returns entries whose reply was withdrawn, so that they wait again.</summary>
    ValueTask ReturnAsync(ConversationKey conversation, IReadOnlyList<Guid> entries, CancellationToken cancellationToken);

    /// <summary>Removes entries that get no reply.</summary>
    ValueTask RemoveAsync(ConversationKey conversation, IReadOnlyList<Guid> entries, CancellationToken cancellationToken);

    /// <summary>Gives the lease back.</summary>
    ValueTask ReleaseAsync(ConversationKey conversation, CancellationToken cancellationToken);

    /// <summary>Keeps all leases that this node has.</summary>
    ValueTask RenewAsync(CancellationToken cancellationToken);

    /// <summary>Takes the leases of conversations where something has waited for long and no node replies.</summary>
    /// <param name="most">How many conversations at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The conversations, and what waits there.</returns>
    ValueTask<IReadOnlyDictionary<ConversationKey, IReadOnlyList<Guid>>> TakeOverAsync(int most, CancellationToken cancellationToken);
}
