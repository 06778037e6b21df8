using System.Collections.Concurrent;
using Pipulate.Conversations;

namespace Pipulate.Storage;

/// <summary>
/// All conversations of this process, made when somebody first looks at one or something first happens in it.
/// Bounded: past <see cref="Capacity"/> those that nobody has looked at for longest are forgotten, and come from the store when they are
/// asked for again. Where there are other nodes, whatever is not in use is forgotten soon: what is held must be told of everything that
/// they say in it.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="keeper">What keeps them; null where they are not kept.</param>
/// <param name="markdown">Whether what the assistant says is markdown.</param>
internal sealed class ConversationCache(TimeProvider time, WriteBehindService? keeper = null, bool markdown = false)
{
    public const int Capacity = 10_000;

    private readonly ConcurrentDictionary<ConversationId, Lazy<Conversation>> _conversations = new();
    /// <summary>How long a conversation is held that nobody looks at here, where there are other nodes.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromSeconds(5);

    private readonly Lock _evicting = new();
    private long _sweptAt = time.GetTimestamp();

    /// <summary>
    /// Returns at once. A conversation that is only now opened may have its history later: whoever shows it or lets the model speak waits
    /// for <see cref="Conversation.Loaded"/>.
    /// </summary>
    public Conversation Get(ConversationId id)
    {
        if (_conversations.TryGetValue(id, out var known))
        {
            if (known.Value.TryAcquire())
            {
                return known.Value;
            }

            _conversations.TryRemove(KeyValuePair.Create(id, known));
        }

        // Lazy, for one that two ask for together must not be opened twice.
        var conversation = _conversations.GetOrAdd(id, static (id, me) => new Lazy<Conversation>(() => me.Open(id)), this).Value;
        if (_conversations.Count > Capacity)
        {
            EvictOldest();
        }

        if (keeper is { IsShared: true } && time.GetElapsedTime(Interlocked.Read(ref _sweptAt)) > BetweenSweeps)
        {
            EvictIdleIfDue();
        }

        return conversation;
    }

    /// <summary>How many conversations are in memory.</summary>
    public int Count => _conversations.Count;

    /// <summary>The conversations of an owner that are in memory.</summary>
    public IReadOnlyList<Conversation> FindOwnedBy(string owner) =>
        [.. _conversations.Values
            .Where(opened => opened.IsValueCreated)
            .Select(opened => opened.Value)
            .Where(conversation => conversation.Id.Owner == owner && !conversation.IsDeleted)];

    /// <summary>The conversation if it is in memory. This is no use of it.</summary>
    public Conversation? Peek(ConversationId id) => _conversations.TryGetValue(id, out var opened)
        && opened is { IsValueCreated: true, Value: { IsDeleted: false } known } ? known : null;

    /// <summary>
    /// Lets go of what the store has whole and nobody wants: conversations in which nothing goes on, that no page shows, and that nobody
    /// has asked for.
    /// </summary>
    /// <param name="idle">For how long.</param>
    /// <returns>How many that were.</returns>
    public int EvictIdle(TimeSpan idle)
    {
        var count = 0;
        foreach (var pair in _conversations)
        {
            if (pair.Value is { IsValueCreated: true, Value: var conversation }
                && WriteBehindService.IsSaved(conversation)
                && conversation.TryEvict(idle))
            {
                // Not there any more where somebody has asked for it since, and opened it anew.
                _conversations.TryRemove(pair);
                count++;
            }
        }

        return count;
    }

    private Conversation Open(ConversationId id)
    {
        var conversation = new Conversation(id, time, markdown);
        keeper?.Track(conversation);
        return conversation;
    }

    /// <summary>Drops a tenth at once, so that a busy server sorts the list once in a thousand newcomers and not for each.</summary>
    private void EvictOldest()
    {
        lock (_evicting)
        {
            if (_conversations.Count <= Capacity)
            {
                return;
            }

            var oldest = _conversations.Values
                .Where(opened => opened.IsValueCreated)
                .Select(opened => (Conversation: opened.Value, Unwatched: opened.Value.Viewers.UnviewedFor))
                .Where(candidate => candidate.Unwatched > TimeSpan.Zero)
                .OrderByDescending(candidate => candidate.Unwatched)
                .Take(Capacity / 10);
            foreach (var (conversation, _) in oldest)
            {
                Remove(conversation);
            }
        }
    }

    /// <summary>Done with newcomers, so that nobody needs a timer: without them there are not more.</summary>
    private void EvictIdleIfDue()
    {
        lock (_evicting)
        {
            Interlocked.Exchange(ref _sweptAt, time.GetTimestamp());
            foreach (var opened in _conversations.Values)
            {
                if (opened.IsValueCreated
                    && opened.Value is var conversation
                    && conversation.Viewers.UnviewedLocallyFor > Idle
                    && conversation.IsIdle)
                {
                    Remove(conversation);
                }
            }
        }
    }

    private void Remove(Conversation conversation)
    {
        _conversations.TryRemove(conversation.Id, out _);
        keeper?.Untrack(conversation);
    }
}
