using Pipulate.Conversations;

namespace Pipulate.Storage;

/// <summary>
/// Finds, creates and deletes the conversations of an owner, in memory and in the store. Nothing is looked up by an id alone: a caller
/// names
/// the owner.
/// </summary>
internal sealed class VisitorConversations(
    ConversationCache cache,
    ConversationStorage storage,
    IConversationStore store,
    IConversationLifecycle lifecycle,
    TimeProvider time)
{
    /// <summary>Limits how many are listed.</summary>
    public const int ListLimit = 100;

    /// <summary>Limits how long a request waits for the store.</summary>
    public static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(5);

    private const int PageEntries = 500;

    /// <summary>Opens a conversation that exists. While the store is unavailable, any is assumed to.</summary>
    /// <returns>The conversation; null where there is none.</returns>
    public async ValueTask<Conversation?> OpenAsync(ConversationId id)
    {
        var conversation = cache.Get(id);
        await conversation.Loaded;
        if (conversation is { IsDeleted: true, Id.Name: null })
        {
            // A visitor's first one begins again as soon as the store has deleted the one before.
            await storage
                .WaitUntilDeletedAsync(conversation)
                .WaitAsync(ReadTimeout, time)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            conversation = cache.Get(id);
            await conversation.Loaded;
        }

        return conversation.IsDeleted ? null : conversation;
    }

    /// <summary>Lists them, the one that was last added to first.</summary>
    /// <exception cref="TimeoutException">The store does not answer.</exception>
    public async Task<IReadOnlyList<ConversationSummary>> ListAsync(string owner)
    {
        var stored = await store.ListAsync(owner, ListLimit).AsTask().WaitAsync(ReadTimeout, time);

        // What was said in the last moments may not be written yet.
        return [
            .. stored.Select(summary => cache.Peek(summary.Id) is { Details.Title: { } title } ? summary with { Title = title } : summary)
        ];
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
        await store.SetPausedAsync(new ConversationKey(owner, id), paused: false).AsTask().WaitAsync(ReadTimeout, time);
        return id;
    }

    /// <summary>Names a conversation, and waits until the store has the name, or cannot have it soon.</summary>
    public Task RenameAsync(Conversation conversation, string? title)
    {
        conversation.Details.Title = title;
        return storage.WaitUntilStoredAsync(conversation);
    }

    /// <summary>Deletes a conversation, from memory at once and from the store.</summary>
    /// <exception cref="TimeoutException">The store does not answer; it is deleted there when it does.</exception>
    public async Task DeleteAsync(ConversationId id)
    {
        await storage.DeleteAsync(cache.Get(id)).WaitAsync(ReadTimeout, time);
    }

    /// <summary>Forgets an owner: deletes all of them.</summary>
    /// <exception cref="TimeoutException">The store does not answer.</exception>
    public async Task DeleteAllAsync(string owner)
    {
        await DeleteOpenedAsync(owner);
        await store.DeleteAllAsync(owner).AsTask().WaitAsync(ReadTimeout, time);
        lifecycle.AnnounceOwnerDeleted(owner);

        // Another request may have opened one in the meantime, when the store still had it.
        await DeleteOpenedAsync(owner);
    }

    /// <summary>
    /// Reads a conversation from its beginning, all but what was taken back. What it costs in memory does not depend on its length.
    /// </summary>
    public async IAsyncEnumerable<StoredEntry> ReadAsync(Conversation conversation)
    {
        var key = new ConversationKey(conversation.Id.Owner, conversation.Id);
        await storage
            .SaveAsync(conversation)
            .WaitAsync(ReadTimeout, time)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var newest = await store.ReadAsync(key, 1).AsTask().WaitAsync(ReadTimeout, time);
        if (newest is not { Entries: [{ Ordinal: var last }] })
        {
            yield break;
        }

        // Places have no gaps.
        for (var before = PageEntries + 1L; before <= last + PageEntries; before += PageEntries)
        {
            var page = await store.ReadAsync(key, PageEntries, Math.Min(before, last + 1)).AsTask().WaitAsync(ReadTimeout, time);
            foreach (var entry in page?.Entries ?? [])
            {
                if (!entry.Withdrawn && entry.Ordinal >= before - PageEntries)
                {
                    yield return entry;
                }
            }
        }
    }

    private Task DeleteOpenedAsync(string owner) =>
        Task.WhenAll(cache.FindOwnedBy(owner).Select(conversation => DeleteAsync(conversation.Id)));
}
