namespace Pipulate.Nodes;

/// <summary>A number for a set of conversations that a node follows: where two differ, something was lost on the way.</summary>
internal static class FollowDigest
{
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static long Of(IEnumerable<KeyValuePair<ConversationId, bool>> follows)
    {
        var all = 0UL;
        foreach (var (conversation, watched) in follows)
        {
            // FNV-1a: the same in every process, which a string's own hash is not.
            var one = (Basis ^ (watched ? 1UL : 0)) * Prime;
            foreach (var character in conversation.Value)
            {
                one = (one ^ character) * Prime;
            }

            all ^= one;
        }

        return (long)all;
    }
}
