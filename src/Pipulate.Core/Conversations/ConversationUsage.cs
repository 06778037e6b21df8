namespace Pipulate.Conversations;

/// <summary>Decides whether a conversation may be evicted from memory, so that a conversation in use never is.</summary>
/// <remarks>
/// Safe without a lock: the time of the last use and the mark of the eviction are one number, so that of an acquisition and an eviction
/// at the same moment exactly one succeeds.
/// </remarks>
internal sealed class ConversationUsage(TimeProvider time)
{
    private const long EvictedMark = long.MinValue;

    private long _usedAt = time.GetTimestamp();

    public bool IsEvicted => Volatile.Read(ref _usedAt) == EvictedMark;

    /// <summary>Records that the conversation is used now.</summary>
    /// <returns>Whether it may be used; otherwise it is evicted, and must be opened again.</returns>
    public bool TryAcquire()
    {
        var used = Volatile.Read(ref _usedAt);
        while (used != EvictedMark)
        {
            var seen = Interlocked.CompareExchange(ref _usedAt, time.GetTimestamp(), used);
            if (seen == used)
            {
                return true;
            }

            used = seen;
        }

        return false;
    }

    /// <summary>Evicts the conversation: from now on it cannot be acquired.</summary>
    public void Evict() => Volatile.Write(ref _usedAt, EvictedMark);

    /// <summary>Evicts the conversation if it was not used for some time and is idle.</summary>
    /// <param name="idle">For how long it must not have been used.</param>
    /// <param name="isIdle">Decides whether it has no viewers and no reply is due.</param>
    /// <returns>Whether it is evicted; a caller that acquires it in this moment keeps it.</returns>
    public bool TryEvict(TimeSpan idle, Func<bool> isIdle)
    {
        var used = Volatile.Read(ref _usedAt);
        return used == EvictedMark
            || (time.GetElapsedTime(used) >= idle
                && isIdle()
                && Interlocked.CompareExchange(ref _usedAt, EvictedMark, used) == used);
    }
}
