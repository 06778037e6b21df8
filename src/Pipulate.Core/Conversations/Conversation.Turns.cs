using Pipulate.Conversations.Entries;
using Pipulate.Conversations.History;
namespace Pipulate.Conversations;

/// <summary>
/// Turns where other nodes take them too: what is answered is not what came since the last answer, but what the ledger says has waited.
/// </summary>
internal sealed partial class Conversation
{
    /// <summary>Of how many of the newest entries it is asked whether they wait.</summary>
    private const int RequestWindow = 200;

    /// <summary>What waits for an answer as far as this node knows, oldest first.</summary>
    public IReadOnlyList<ConversationEntry> ReadPending()
    {
        lock (Gate)
        {
            return [.. _entries.Skip(_repliedThrough).Where(entry => entry.RequiresReply)];
        }
    }

    /// <summary>What may wait for an answer, whichever node it came to.</summary>
    public IReadOnlyList<Guid> ReadRequests()
    {
        lock (Gate)
        {
            return [.. _entries
                .TakeLast(RequestWindow)
                .Where(entry => entry is { Withdrawn: false, Role: EntryRole.User or EntryRole.Event })
                .Select(entry => entry.Id)];
        }
    }

    /// <summary>Entries wait for an answer that nobody gives.</summary>
    /// <returns>Those of them that are here.</returns>
    public IReadOnlyList<Guid> AddPendingReplies(IEnumerable<Guid> entries)
    {
        lock (Gate)
        {
            var owed = new List<Guid>();
            foreach (var id in entries)
            {
                var index = _entries.FindLastIndex(entry => entry.Id == id);
                if (index >= 0)
                {
                    _entries[index].RequiresReply = true;
                    _repliedThrough = Math.Min(_repliedThrough, index);
                    owed.Add(id);
                }
            }

            return owed;
        }
    }

    /// <summary>Whether the newest answer was taken back by the user and is to be given once more.</summary>
    public bool IsRegenerating
    {
        get
        {
            lock (Gate)
            {
                return _regenerating;
            }
        }
    }

    /// <summary>Begins the answer that the ledger has begun.</summary>
    /// <param name="id">The id of the answer in the ledger.</param>
    /// <param name="asked">What the ledger was asked for.</param>
    /// <param name="taken">What of it is answered; the rest was answered elsewhere, and waits no more.</param>
    /// <param name="budget">What the model has room for; null for all there is.</param>
    /// <returns>The turn; null where nothing is to be answered.</returns>
    public Turn? BeginTurn(Guid id, IReadOnlyCollection<Guid> asked, IReadOnlyList<Guid> taken, HistoryBudget? budget)
    {
        Turn? turn = null;
        lock (Gate)
        {
            EndQueuedLocked();
            foreach (var entry in asked.Except(taken).Select(Find).OfType<ConversationEntry>())
            {
                entry.RequiresReply = false;
            }

            if (AddPendingReplies(taken).Count > 0)
            {
                var roles = taken.Select(Find).OfType<ConversationEntry>().Select(entry => entry.Role).ToList();
                var due =
                    new PendingReply(_regenerating || roles.Contains(EntryRole.User), roles.Count(role => role is EntryRole.Event), 0, 0);
                var askedFor = asked.ToHashSet();
                var through = _entries.FindLastIndex(entry => askedFor.Contains(entry.Id)) + 1;
                turn = BeginTurnLocked(due, budget, id) with { Claimed = taken };

                // What came after the ledger was asked still waits.
                _repliedThrough = through;
            }
        }

        Viewers.NotifyChanged();
        return turn;
    }
}
