using System.Collections.Concurrent;

namespace Pipulate.Conversations;

/// <summary>
/// All conversations of this process, made when somebody first looks at one or something first happens in it.
/// Bounded: past <see cref="Capacity"/> those that nobody has looked at for longest are forgotten.
/// </summary>
internal sealed class ConversationDirectory(TimeProvider time)
{
    public const int Capacity = 10_000;

    private readonly ConcurrentDictionary<ConversationId, Conversation> _conversations = new();
    private readonly Lock _forgetting = new();

    public Conversation Get(ConversationId id)
    {
        if (_conversations.TryGetValue(id, out var known))
        {
            return known;
        }

        var conversation = _conversations.GetOrAdd(id, static (id, time) => new Conversation(id, time), time);
        if (_conversations.Count > Capacity)
        {
            ForgetOldest();
        }

        return conversation;
    }

    /// <summary>Drops a tenth at once, so that a busy server sorts the list once in a thousand newcomers and not for each.</summary>
    private void ForgetOldest()
    {
        lock (_forgetting)
        {
            if (_conversations.Count <= Capacity)
            {
                return;
            }

            var oldest = _conversations.Values
                .Select(conversation => (conversation.Id, Unwatched: conversation.Watchers.AwayFor))
                .Where(candidate => candidate.Unwatched > TimeSpan.Zero)
                .OrderByDescending(candidate => candidate.Unwatched)
                .Take(Capacity / 10);
            foreach (var (id, _) in oldest)
            {
                _conversations.TryRemove(id, out _);
            }
        }
    }
}
