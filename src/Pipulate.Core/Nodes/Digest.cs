using Pipulate.Conversations;

namespace Pipulate.Nodes;

/// <summary>A number for what a node has told the others of itself: where two differ, something was lost on the way.</summary>
internal static class Digest
{
    /// <summary>
    /// How many entries of a conversation are compared: what a node lacks is nearly always among the newest, and all nodes must have them
    /// in memory.
    /// </summary>
    private const int Compared = 50;

    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>Of the conversations that it follows.</summary>
    public static long Of(IEnumerable<KeyValuePair<ConversationId, bool>> follows)
    {
        var all = 0UL;
        foreach (var (conversation, watched) in follows)
        {
            all ^= One(conversation.Value, watched ? 1UL : 0);
        }

        return (long)all;
    }

    /// <summary>Of its pages, and the groups that they are in.</summary>
    public static long Of(IEnumerable<KeyValuePair<string, HashSet<string>>> pages)
    {
        var all = 0UL;
        foreach (var (page, groups) in pages)
        {
            var id = One(page, 0);
            all ^= id;
            foreach (var group in groups)
            {
                all ^= One(group, id);
            }
        }

        return (long)all;
    }

    /// <summary>
    /// Computes it of a conversation: its title, whether it records, and the newest entries that have ended and were not withdrawn. Called
    /// under its lock.
    /// </summary>
    public static long Of(Conversation conversation)
    {
        var all = One(conversation.Details.Title ?? "", conversation.Details.IsPaused ? 2UL : 1);
        var newest = conversation.Log.Entries
            .Where(entry => entry is
            {
                Withdrawn: false, State: not EntryState.Streaming, Role: EntryRole.User
                or EntryRole.Assistant
                or EntryRole.Event
            })
            .OrderByDescending(entry => entry.CreatedAt.ToUnixTimeMilliseconds())
            .ThenBy(entry => entry.Id)
            .Take(Compared);
        foreach (var entry in newest)
        {
            all ^= One(entry.Id.ToString("N"), 3);
        }

        return (long)all;
    }

    /// <summary>FNV-1a: the same in every process, which a string's own hash is not.</summary>
    private static ulong One(string text, ulong seed)
    {
        var one = (Basis ^ seed) * Prime;
        foreach (var character in text)
        {
            one = (one ^ character) * Prime;
        }

        return one;
    }
}
