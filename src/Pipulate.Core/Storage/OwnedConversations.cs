using Pipulate.Conversations;
using Pipulate.Nodes;

namespace Pipulate.Storage;

/// <summary>
/// The conversations of an owner: what is in memory and what the store has are one here. Nothing is looked up by an id alone; whoever asks says whose it is to be.
/// </summary>
internal sealed class OwnedConversations(ConversationDirectory directory, IConversationStore store, TimeProvider time, NodeLink? nodes = null)
{
    /// <summary>How many are listed.</summary>
    public const int Listed = 100;

    /// <summary>How long somebody waits for the store.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const int PageEntries = 500;

    /// <summary>Opens a conversation that is there. While the store is away every one is taken to be.</summary>
    /// <returns>The conversation; null where there is none.</returns>
    public async ValueTask<Conversation?> OpenAsync(ConversationId id)
    {
        var conversation = directory.Get(id);
        await conversation.Opened;
        if (conversation is { IsGone: true, Id.Name: null })
        {
            // A visitor's first one begins anew, as soon as the store has deleted the one before.
            await ConversationKeeper.DeletedAsync(conversation).WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            conversation = directory.Get(id);
            await conversation.Opened;
        }

        return conversation.IsGone ? null : conversation;
    }

    /// <summary>Lists them, the one that was last added to first.</summary>
    /// <exception cref="TimeoutException">The store does not answer.</exception>
    public async Task<IReadOnlyList<ConversationSummary>> ListAsync(string owner)
    {
        var stored = await store.ListAsync(owner, Listed).AsTask().WaitAsync(Patience, time);

        // What was said in the last moments may not be written yet.
        return [.. stored.Select(summary => directory.Peek(summary.Id) is { Title: { } title } ? summary with { Title = title } : summary)];
    }

    /// <summary>Makes a new one; where the newest is still empty, that one serves.</summary>
    /// <exception cref="TimeoutException">The store does not answer.</exception>
    public async Task<ConversationId> CreateAsync(string owner)
    {
        if (await ListAsync(owner) is [{ Title: null, Id: { Name: not null } newest }, ..]
            && await OpenAsync(newest) is { } known && known.IsEmpty)
        {
            return newest;
        }

        var id = ConversationId.Of(owner, ConversationName.New());
        await store.PauseAsync(new ConversationKey(owner, id), paused: false).AsTask().WaitAsync(Patience, time);
        return id;
    }

    /// <summary>Deletes a conversation, from memory at once and from the store.</summary>
    /// <exception cref="TimeoutException">The store does not answer; it is deleted there when it does.</exception>
    public async Task DeleteAsync(ConversationId id)
    {
        await ConversationKeeper.DeleteAsync(directory.Get(id)).WaitAsync(Patience, time);
    }

    /// <summary>Forgets an owner: deletes all of them.</summary>
    /// <exception cref="TimeoutException">The store does not answer.</exception>
    public async Task ForgetAsync(string owner)
    {
        await DeleteOpenedAsync(owner);
        await store.ForgetAsync(owner).AsTask().WaitAsync(Patience, time);
        nodes?.TellGone(owner, all: true);

        // Somebody may have opened one in the meantime, when the store still had it.
        await DeleteOpenedAsync(owner);
    }

    /// <summary>Reads a conversation from its beginning, all but what was taken back. What it costs in memory does not depend on its length.</summary>
    public async IAsyncEnumerable<StoredEntry> ReadAsync(Conversation conversation)
    {
        var key = new ConversationKey(conversation.Id.Owner, conversation.Id);
        await ConversationKeeper.SaveAsync(conversation).WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var newest = await store.ReadAsync(key, 1).AsTask().WaitAsync(Patience, time);
        if (newest is not { Entries: [{ Ordinal: var last }] })
        {
            yield break;
        }

        // Places have no gaps.
        for (var before = PageEntries + 1L; before <= last + PageEntries; before += PageEntries)
        {
            var page = await store.ReadAsync(key, PageEntries, Math.Min(before, last + 1)).AsTask().WaitAsync(Patience, time);
            foreach (var entry in page?.Entries ?? [])
            {
                if (!entry.Withdrawn && entry.Ordinal >= before - PageEntries)
                {
                    yield return entry;
                }
            }
        }
    }

    private Task DeleteOpenedAsync(string owner) => Task.WhenAll(directory.FindOwnedBy(owner).Select(conversation => DeleteAsync(conversation.Id)));
}
