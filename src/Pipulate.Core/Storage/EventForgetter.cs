using Pipulate.Conversations;

namespace Pipulate.Storage;

/// <summary>Removes the events of one conversation from the store, on request.</summary>
internal sealed class EventForgetter(Conversation conversation, ConversationKey key, IConversationStore store)
{
    private bool _requested;

    /// <summary>Gets a value indicating whether the events are still to be removed.</summary>
    public bool IsRequested => Volatile.Read(ref _requested);

    public void Request() => Volatile.Write(ref _requested, true);

    /// <summary>Removes the events that only the store has, if that was requested.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (!IsRequested)
        {
            return;
        }

        for (long? before = null; await store.ReadAsync(
            key, ConversationWriter.Window, before, cancellationToken) is { Entries: { Count: > 0 } entries }; before = entries[0].Ordinal)
        {
            // Those in memory are withdrawn there, and written like all other changes.
            var here = ReadIds();
            foreach (var entry in entries.Where(entry => entry is { Role: EntryRole.Event, Withdrawn: false } && !here.Contains(entry.Id)))
            {
                await store.AppendAsync(key, entry.Id, new TextPiece(entry.Epoch + 1, 0, ""), cancellationToken);
                await store.ChangeAsync(
                    key, entry.Id, new EntryChange(entry.Epoch + 1, entry.State, entry.Reason, Withdrawn: true), cancellationToken);
            }
        }

        Volatile.Write(ref _requested, false);
    }

    private HashSet<Guid> ReadIds()
    {
        lock (conversation.Gate)
        {
            return [.. conversation.Log.Entries.Select(entry => entry.Id)];
        }
    }
}
