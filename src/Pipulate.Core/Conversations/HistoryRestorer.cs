using Pipulate.Conversations.Entries;

namespace Pipulate.Conversations;

/// <summary>Puts the stored history before the entries that came while it was read.</summary>
/// <remarks>Safe because it is called under the lock of the log.</remarks>
internal sealed class HistoryRestorer(EntryLog log, TurnTracker turns)
{
    /// <summary>Restores the history.</summary>
    /// <param name="history">The stored entries, oldest first.</param>
    /// <param name="paused">Whether recording was paused already: then events that were recorded since are forgotten.</param>
    public void Restore(IReadOnlyCollection<ConversationEntry> history, bool paused)
    {
        if (paused)
        {
            log.Entries.FindAll(EntryLog.IsRecordedEvent).ForEach(log.Forget);
        }

        // A page that reconnects sends its unconfirmed messages again, and may be faster than the store.
        var restored = history.Where(entry => log.Find(entry.Id) is null).ToList();
        log.Entries
            .FindAll(entry => entry is { MessageId: not null, IsRemote: false, Withdrawn: false }
                && restored.Exists(known => EntryLog.IsSameMessage(known, entry.Text.ToString(), entry.MessageId)))
            .ForEach(log.Forget);

        log.AwaitsHistory = false;
        Insert(history);
        log.MarkRestored();
    }

    /// <summary>
    /// Inserts the history before what the store does not have yet. Of entries that other nodes have sent already, the sent ones are newer
    /// than the stored ones; their order is the one of the store.
    /// </summary>
    private void Insert(IReadOnlyCollection<ConversationEntry> history)
    {
        var since = log.Entries.ToArray();
        var known = since.ToDictionary(entry => entry.Id);
        log.Entries.Clear();
        foreach (var entry in history)
        {
            if (!known.Remove(entry.Id, out var received))
            {
                log.InitializeMarkdown(entry);
            }

            Put(received ?? entry, entry.Ordinal);
        }

        foreach (var entry in since)
        {
            if (known.ContainsKey(entry.Id))
            {
                Put(entry, ordinal: 0);
            }
        }

        int[] places = [.. since.Select(entry => entry.RequiresReply ? log.Entries.IndexOf(entry) : log.Entries.Count)];
        turns.OnRestored(PlaceNow);
        foreach (var reply in since)
        {
            reply.RepliedThrough = reply.RepliedThrough is { } before ? PlaceNow(before) : null;
        }

        void Put(ConversationEntry entry, int ordinal)
        {
            entry.Ordinal = Math.Max(ordinal, log.NextOrdinal);
            log.Entries.Add(entry);
        }

        // Where the first entry is now that required a reply behind a place.
        int PlaceNow(int before) => places.Skip(before).DefaultIfEmpty(log.Entries.Count).Min();
    }
}
