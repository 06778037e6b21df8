using Pipulate.Conversations.Entries;
using Pipulate.Conversations.History;
using Pipulate.Localization;

namespace Pipulate.Conversations;

/// <summary>Whether a conversation is in use, and its end.</summary>
internal sealed partial class Conversation
{
    private const long EvictedMark = long.MinValue;

    private long _usedAt = time.GetTimestamp();

    /// <summary>Whether nothing was said or done yet.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (Gate)
            {
                return _entries.Count == 0;
            }
        }
    }

    /// <summary>Deleted, or never begun: what is said in it is not kept, and nobody answers. Once gone it stays so.</summary>
    public bool IsDeleted { get; private set; }

    /// <summary>Whether it was deleted and begins anew for whoever asks for it now: a visitor's first one is always there.</summary>
    public bool WasEvicted => IsDeleted && Id.Name is null && Volatile.Read(ref _usedAt) == EvictedMark;

    /// <summary>Forgets everything that was said, and says no more: what is being said ends, pages empty their lists.</summary>
    /// <param name="why">What the people at its pages are told.</param>
    public void Delete(TextKey why)
    {
        lock (Gate)
        {
            if (IsDeleted)
            {
                return;
            }

            EndQueuedLocked();
            foreach (var entry in _entries.FindAll(entry => entry.IsOpen))
            {
                EndLocked(entry, EntryState.Stopped, null);
            }

            IsDeleted = true;
            _entries.Clear();
            _window = new HistoryWindow();
            _repliedThrough = 0;
            _title = null;
            LatestReply = null;
            RestoreCount++;
            AddLocked(new ConversationEntry(NextOrdinal, EntryRole.Notice, EntryState.Complete, time.GetUtcNow())).Text.Set(Texts[why]);
        }

        Viewers.NotifyChanged();
        Stopped?.Invoke();
    }

    /// <summary>Says that somebody wants it now.</summary>
    /// <returns>Whether it may be used; else the process has let go of it, and it is to be opened again.</returns>
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

    /// <summary>Lets nobody use it any more.</summary>
    public void Evict() => Volatile.Write(ref _usedAt, EvictedMark);

    /// <summary>Lets nobody use it any more if nobody has for long, nobody looks, and nothing is going on.</summary>
    /// <param name="idle">How long.</param>
    /// <returns>Whether that is so; whoever asked for it in this moment has it.</returns>
    public bool TryEvict(TimeSpan idle)
    {
        var used = Volatile.Read(ref _usedAt);
        return used == EvictedMark
            || (time.GetElapsedTime(used) >= idle
                && Viewers.UnviewedFor >= idle
                && IsSettled
                && Interlocked.CompareExchange(ref _usedAt, EvictedMark, used) == used);
    }

    private bool IsSettled
    {
        get
        {
            lock (Gate)
            {
                return Volatile.Read(ref _due) == Idle && !_entries.Exists(entry => entry.IsOpen);
            }
        }
    }
}
