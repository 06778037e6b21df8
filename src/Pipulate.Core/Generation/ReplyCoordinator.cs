using Microsoft.Extensions.Logging;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Conversations.History;
using Pipulate.Storage;

namespace Pipulate.Generation;

/// <summary>
/// Decides which node replies. An application of one process always does. With several nodes a lease store decides: one node at a time in a
/// conversation, and each entry gets one reply.
/// </summary>
internal sealed partial class ReplyCoordinator(
    ConversationStorage storage, TimeProvider time, ILogger<ReplyCoordinator> logger, IReplyLeaseStore? ledger = null)
{
    /// <summary>Sets how long to wait before asking again whether the other node has finished.</summary>
    public static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>Stores an event that waits for an answer, so that it is not lost with this process.</summary>
    public async Task StoreAsync(Conversation conversation, ConversationEntry entry, CancellationToken cancellationToken)
    {
        if (ledger is not null)
        {
            var kept = storage.Find(conversation)!;
            await TryAsync(conversation, async () =>
            {
                if (!await kept.TryAddPendingAsync(entry, cancellationToken))
                {
                    kept.OnDeleted();
                }
            });
        }
    }

    /// <inheritdoc cref="ConversationStorage.WaitUntilStoredAsync"/>
    public Task WaitUntilStoredAsync(Conversation conversation) => storage.WaitUntilStoredAsync(conversation);

    /// <summary>Begins the next answer.</summary>
    /// <returns>
    /// The turn, or null; and whether it is this node's turn: else another one is answering, and it is to be asked again.
    /// </returns>
    public async Task<(Turn? Turn, bool Ours)> BeginAsync(
        Conversation conversation, HistoryBudget? budget, CancellationToken cancellationToken)
    {
        if (ledger is null)
        {
            return (conversation.Turns.Begin(budget), true);
        }

        var kept = storage.Find(conversation)!;
        var (asked, taken) = ((IReadOnlyList<Guid>)[], (IReadOnlyList<Guid>)[]);
        var answer = new StoredEntry
        {
            Id =
            Guid.CreateVersion7(),
            Role = EntryRole.Assistant,
            State = EntryState.Streaming,
            CreatedAt = time.GetUtcNow()
        };
        var ours = false;
        await TryAsync(conversation, async () =>
        {
            if (await ledger.TryLeaseAsync(kept.Key, kept.CreatesConversation, cancellationToken))
            {
                // In this order: what comes in between is neither asked for nor found to be answered already.
                asked = conversation.Turns.ReadRequests();
                var owed = conversation.Turns.ReadPending();
                foreach (var entry in owed)
                {
                    await kept.TryAddPendingAsync(entry, cancellationToken);
                }

                if (conversation.Turns.IsRegenerating)
                {
                    await ledger.ReturnAsync(kept.Key, [.. owed.Select(entry => entry.Id)], cancellationToken);
                }

                taken = await ledger.BeginAsync(kept.Key, answer, asked, cancellationToken);
                ours = true;
            }
        });
        if (!ours)
        {
            conversation.Turns.EndQueued();
            return (null, false);
        }

        if (taken.Count > 0)
        {
            kept.OnStored(answer);
        }

        return (conversation.Turns.Begin(answer.Id, asked, taken, budget), true);
    }

    /// <summary>Ends a reply. The entries of a withdrawn one wait again.</summary>
    public async Task EndAsync(Conversation conversation, Turn turn)
    {
        if (ledger is not null
            && conversation.Turns.ReadPending().Select(entry => entry.Id).Intersect(turn.Claimed).ToList() is { Count: > 0 } again)
        {
            await TryAsync(conversation, () => ledger.ReturnAsync(storage.Find(conversation)!.Key, again, CancellationToken.None));
        }
    }

    /// <summary>Removes events that get no comment.</summary>
    public async Task SkipAsync(Conversation conversation, IReadOnlyList<Guid> events)
    {
        if (ledger is not null && events.Count > 0)
        {
            await TryAsync(
                conversation, () => ledger.RemoveAsync(storage.Find(conversation)!.Key, events, CancellationToken.None));
        }
    }

    /// <summary>Releases the lease of a conversation in which no reply is due.</summary>
    public async Task ReleaseAsync(Conversation conversation)
    {
        if (ledger is not null)
        {
            await TryAsync(conversation, () => ledger.ReleaseAsync(storage.Find(conversation)!.Key, CancellationToken.None));
        }
    }

    private async Task TryAsync(Conversation conversation, Func<ValueTask> action)
    {
        try
        {
            await action();
        }
        catch (Exception exception)
        {
            // The store is unavailable, which the write-behind service logs as an error; or the process ends.
            LogAway(conversation.Id, exception.GetType().Name);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "The lease of conversation {Conversation} could not be read or written ({Problem}).")]
    private partial void LogAway(ConversationId conversation, string problem);
}
