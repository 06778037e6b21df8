using System.Collections.Concurrent;
using Pipulate.Conversations;
using Slot = System.Collections.Generic.KeyValuePair<Pipulate.ConversationId, System.Lazy<Pipulate.Conversations.Conversation>>;

namespace Pipulate.Storage;

/// <summary>
/// Holds the conversations of this process, each opened when it is first asked for. Bounded: above <see cref="Capacity"/>, those without a
/// viewer for longest are evicted, and are read from the store when they are asked for again. With other nodes, a conversation that is not
/// in use is evicted soon, because a node exchanges all changes of those that it holds.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="storage">What opens and stores them.</param>
/// <param name="markdown">Whether the model's text is markdown.</param>
internal sealed class ConversationCache(TimeProvider time, ConversationStorage storage, bool markdown)
{
    public const int Capacity = 10_000;

    /// <summary>Limits how long a conversation without a viewer here is held, with other nodes.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<ConversationId, Lazy<Conversation>> _conversations = new();
    private readonly Lock _evicting = new();
    private long _sweptAt = time.GetTimestamp();

    /// <summary>
    /// Gets a conversation, and opens it where it is not in memory. Returns at once: a caller that shows it, or lets the model speak, waits
    /// for <see cref="Conversation.Loaded"/>.
    /// </summary>
    public Conversation Get(ConversationId id)
    {
        if (_conversations.TryGetValue(id, out var known))
        {
            if (known.Value.Usage.TryAcquire())
            {
                return known.Value;
            }

            _conversations.TryRemove(KeyValuePair.Create(id, known));
        }

        // Lazy, because two callers at once must not open it twice.
        var conversation = _conversations.GetOrAdd(id, static (id, me) => new Lazy<Conversation>(() => me.Open(id)), this).Value;
        if (_conversations.Count > Capacity)
        {
            EvictOldest();
        }

        if (storage.IsShared && time.GetElapsedTime(Interlocked.Read(ref _sweptAt)) > BetweenSweeps)
        {
            EvictUnused();
        }

        return conversation;
    }

    /// <summary>Gets how many conversations are in memory.</summary>
    public int Count => _conversations.Count;

    /// <summary>Gets the conversations of an owner that are in memory.</summary>
    public IReadOnlyList<Conversation> FindOwnedBy(string owner) =>
        [.. _conversations.Values
            .Where(opened => opened.IsValueCreated)
            .Select(opened => opened.Value)
            .Where(conversation => conversation.Id.Owner == owner && !conversation.IsDeleted)];

    /// <summary>Gets a conversation if it is in memory. This does not count as use.</summary>
    public Conversation? Peek(ConversationId id) => _conversations.TryGetValue(id, out var opened)
        && opened is { IsValueCreated: true, Value: { IsDeleted: false } known } ? known : null;

    /// <summary>Evicts the conversations that are stored, have no viewer and no reply under way, and were not used.</summary>
    /// <param name="idle">For how long.</param>
    /// <returns>How many those were.</returns>
    public int EvictIdle(TimeSpan idle) => Evict(
        FindOpened().Where(slot => storage.IsSaved(slot.Value.Value) && slot.Value.Value.TryEvict(idle)));

    private Conversation Open(ConversationId id)
    {
        var conversation = new Conversation(id, time, markdown);
        storage.Track(conversation);
        return conversation;
    }

    /// <summary>Evicts a tenth at once, so that a busy server sorts the list once in a thousand newcomers and not for each.</summary>
    private void EvictOldest()
    {
        lock (_evicting)
        {
            if (_conversations.Count > Capacity)
            {
                Evict(FindOpened()
                    .Select(slot => (Slot: slot, Unviewed: slot.Value.Value.Viewers.UnviewedFor))
                    .Where(candidate => candidate.Unviewed > TimeSpan.Zero)
                    .OrderByDescending(candidate => candidate.Unviewed)
                    .Take(Capacity / 10)
                    .Select(candidate => candidate.Slot));
            }
        }
    }

    /// <summary>
    /// Evicts what has no viewer here. Called when a conversation is opened, because only then there are more than before.
    /// </summary>
    private void EvictUnused()
    {
        lock (_evicting)
        {
            Interlocked.Exchange(ref _sweptAt, time.GetTimestamp());
            Evict(FindOpened().Where(slot => slot.Value.Value is { IsIdle: true } unused && unused.Viewers.UnviewedLocallyFor > Idle));
        }
    }

    private IEnumerable<Slot> FindOpened() => _conversations.Where(slot => slot.Value.IsValueCreated);

    private int Evict(IEnumerable<Slot> slots)
    {
        var count = 0;
        foreach (var slot in slots)
        {
            // The slot is another one where the conversation was asked for meanwhile, and opened again.
            _conversations.TryRemove(slot);
            storage.Untrack(slot.Value.Value);
            count++;
        }

        return count;
    }
}
