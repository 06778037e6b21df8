using Pipulate.Conversations.Entries;

namespace Pipulate.Conversations;

/// <summary>Holds up to which entry all are answered, and finds those behind it that require a reply.</summary>
/// <remarks>Safe because it is used under the lock of the log.</remarks>
internal sealed class PendingReplies(EntryLog log)
{
    /// <summary>Gets or sets how many entries of the log are answered, or require no reply.</summary>
    public int RepliedThrough { get; set; }

    public IEnumerable<ConversationEntry> Entries => log.Entries.Skip(RepliedThrough).Where(entry => entry.RequiresReply);

    public static bool IsRequest(ConversationEntry entry) => entry is { Withdrawn: false, Role: EntryRole.User or EntryRole.Event };

    /// <summary>Summarizes what requires a reply; null when nothing does.</summary>
    /// <param name="regenerating">Whether a user waits for a reply that is generated again.</param>
    public PendingReply? Peek(bool regenerating)
    {
        if (log.IsDeleted)
        {
            return null;
        }

        // An entry that requires no reply never will: it is passed once and not looked at again, however many there are.
        while (RepliedThrough < log.Entries.Count && !log.Entries[RepliedThrough].RequiresReply)
        {
            RepliedThrough++;
        }

        PendingReply? pending = null;
        for (var i = RepliedThrough; i < log.Entries.Count; i++)
        {
            var entry = log.Entries[i];
            if (entry.RequiresReply)
            {
                var typed = entry.Role is EntryRole.User;
                pending = pending is { } before
                    ? before with { Typed = before.Typed || typed, Events = before.Events + (typed ? 0 : 1), Last = entry.ArrivedAt }
                    : new PendingReply(typed || regenerating, typed ? 0 : 1, entry.ArrivedAt, entry.ArrivedAt);
            }
        }

        return pending;
    }

    /// <summary>Makes entries require a reply.</summary>
    /// <returns>Those of them that are in the log.</returns>
    public List<Guid> Add(IEnumerable<Guid> entries)
    {
        var added = new List<Guid>();
        foreach (var id in entries)
        {
            var index = log.Entries.FindLastIndex(entry => entry.Id == id);
            if (index >= 0)
            {
                log.Entries[index].RequiresReply = true;
                RepliedThrough = Math.Min(RepliedThrough, index);
                added.Add(id);
            }
        }

        return added;
    }

    /// <summary>
    /// Finds what a reply of another node must have answered, which that node alone knew. Messages of the application in between are
    /// skipped.
    /// </summary>
    public List<Guid> RequestsBefore(ConversationEntry reply)
    {
        var requests = new List<Guid>();
        for (var i = log.IndexOf(reply.Ordinal) - 1;
            i >= 0 && (requests.Count == 0 || log.Entries[i].Role is not EntryRole.Assistant);
            i--)
        {
            if (IsRequest(log.Entries[i]))
            {
                requests.Add(log.Entries[i].Id);
            }
        }

        return requests;
    }
}
