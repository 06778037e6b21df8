using System.Runtime.CompilerServices;
using Pipulate.Conversations;
using Pipulate.Localization;

namespace Pipulate.Storage;

/// <summary>Connects the conversations of this process to the store: opens them with their history, saves and deletes them.</summary>
internal sealed class ConversationStorage(
    WriteBehindService writing,
    IConversationStore store,
    IConversationLifecycle lifecycle,
    TimeProvider time,
    IPendingEntryStore? pendingEntries = null)
{
    /// <summary>Limits how long a page waits for the history; after that it gets it when the store has answered.</summary>
    public static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Limits how long a client waits for its message to be stored before the message is confirmed anyway.</summary>
    public static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Holds the writers, keyed weakly: a writer lives as long as its conversation.</summary>
    private readonly ConditionalWeakTable<Conversation, ConversationWriter> _writers = [];

    /// <summary>Gets a value indicating whether other nodes may change the same conversations.</summary>
    public bool IsShared => lifecycle.IsShared;

    /// <summary>Gets what the store has of a conversation; null where it is not stored.</summary>
    public ConversationWriter? Find(Conversation conversation) => _writers.TryGetValue(conversation, out var writer) ? writer : null;

    /// <summary>Gives a conversation its history, at once or as soon as the store has answered, and stores it from now on.</summary>
    public void Track(Conversation conversation)
    {
        var writer = new ConversationWriter(conversation, writing, store, lifecycle, pendingEntries);
        _writers.Add(conversation, writer);
        conversation.Observers = [writer];

        if (IsShared)
        {
            // Followed before it is read: what is added in between comes both ways, and is the same.
            conversation.BeginBeforeHistory();
            lifecycle.Track(writer);
        }

        try
        {
            writer.Load();
        }
        catch (Exception exception)
        {
            // Tried again in the next round; the chat goes on.
            conversation.BeginBeforeHistory();
            writing.RecordFailure(writer, exception);
        }

        if (!writer.Loaded.IsCompleted)
        {
            conversation.Loaded = WaitAsync(writer.Loaded, LoadTimeout);
            writing.Schedule(writer);
        }
    }

    /// <summary>
    /// Ends holding a conversation. What is not stored yet is stored all the same, unless the store is unavailable.
    /// </summary>
    public void Untrack(Conversation conversation)
    {
        lifecycle.Untrack(conversation);
        if (Find(conversation) is { } writer)
        {
            writer.IsEvicted = true;
        }
    }

    /// <summary>Gets a value indicating whether the store has all of a conversation, so that the process need not hold it.</summary>
    public bool IsSaved(Conversation conversation) => Find(conversation) is { IsSaved: true };

    /// <summary>Writes what the store lacks of a conversation.</summary>
    /// <returns>A task that ends when that was tried. It never fails.</returns>
    public Task SaveAsync(Conversation conversation) => Find(conversation)?.SaveAsync() ?? Task.CompletedTask;

    /// <summary>Waits until the store has what a conversation has now, for a caller that confirms it.</summary>
    /// <returns>
    /// A task that ends when it is stored, or after <see cref="StoreTimeout"/>: the chat goes on while the store is unavailable. It never
    /// fails.
    /// </returns>
    public Task WaitUntilStoredAsync(Conversation conversation) =>
        Find(conversation) is not { IsSaved: false } writer || conversation.IsDeleted || !writing.CanStore
            ? Task.CompletedTask
            : WaitAsync(writer.SaveAsync(), StoreTimeout);

    /// <summary>
    /// Forgets all events of a conversation, also those that only the store has, because they lie before what it was opened with.
    /// </summary>
    /// <returns>
    /// A task that ends when they are forgotten. Where the store is unavailable it ends at once, and they are forgotten there later. It
    /// never fails.
    /// </returns>
    public Task ForgetEventsAsync(Conversation conversation)
    {
        conversation.ForgetEvents();
        if (Find(conversation)?.ForgetEventsAsync() is not { } forgetting || !writing.CanStore)
        {
            return Task.CompletedTask;
        }

        return WaitAsync(forgetting, StoreTimeout);
    }

    /// <summary>Deletes a conversation: from memory and all pages at once, and from the store.</summary>
    /// <returns>A task that ends when the store has deleted it, which it does once it is available.</returns>
    public Task DeleteAsync(Conversation conversation)
    {
        var writer = Find(conversation);
        writer?.AnnounceDeletion();
        conversation.Delete(TextKey.ConversationDeleted);
        return writer?.DeleteAsync() ?? Task.CompletedTask;
    }

    /// <summary>Waits until the store has deleted a conversation that is deleted here.</summary>
    public Task WaitUntilDeletedAsync(Conversation conversation) => Find(conversation)?.Deleted ?? Task.CompletedTask;

    private async Task WaitAsync(Task task, TimeSpan timeout) =>
        await task.WaitAsync(timeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
