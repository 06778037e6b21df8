using System.Collections.Concurrent;
using Pipulate.Conversations.Keeping;

namespace Pipulate.Conversations;

/// <summary>
/// All conversations of this process, made when somebody first looks at one or something first happens in it.
/// Bounded: past <see cref="Capacity"/> those that nobody has looked at for longest are forgotten, and come from the store when they are asked for again.
/// </summary>
internal sealed class ConversationDirectory(TimeProvider time, ConversationKeeper? keeper = null)
{
    public const int Capacity = 10_000;

    private readonly ConcurrentDictionary<ConversationId, Lazy<Conversation>> _conversations = new();
    private readonly Lock _forgetting = new();

    /// <summary>
    /// Returns at once. A conversation that is only now opened may have its history later: whoever shows it or lets the model speak waits for <see cref="Conversation.Opened"/>.
    /// </summary>
    public Conversation Get(ConversationId id)
    {
        if (_conversations.TryGetValue(id, out var known))
        {
            return known.Value;
        }

        // Lazy, for one that two ask for together must not be opened twice.
        var conversation = _conversations.GetOrAdd(id, static (id, me) => new Lazy<Conversation>(() => me.Open(id)), this).Value;
        if (_conversations.Count > Capacity)
        {
            ForgetOldest();
        }

        return conversation;
    }

    private Conversation Open(ConversationId id)
    {
        var conversation = new Conversation(id, time);
        keeper?.Keep(conversation);
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
                .Where(opened => opened.IsValueCreated)
                .Select(opened => (Conversation: opened.Value, Unwatched: opened.Value.Watchers.AwayFor))
                .Where(candidate => candidate.Unwatched > TimeSpan.Zero)
                .OrderByDescending(candidate => candidate.Unwatched)
                .Take(Capacity / 10);
            foreach (var (conversation, _) in oldest)
            {
                _conversations.TryRemove(conversation.Id, out _);
                ConversationKeeper.LetGo(conversation);
            }
        }
    }
}
