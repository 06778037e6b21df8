namespace Pipulate.Conversations;

/// <summary>Who looks at a conversation, and for how long nobody has. Thread-safe, under a lock of its own: waking never waits for what is being said.</summary>
internal sealed class Watchers(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly HashSet<IConversationWatcher> _watching = [];
    private long _unwatchedSince = time.GetTimestamp();
    private bool _everExpected;

    public bool Any
    {
        get
        {
            lock (_gate)
            {
                return _watching.Count > 0;
            }
        }
    }

    /// <summary>How long nobody has been looking: zero while somebody is, since its beginning where nobody ever was.</summary>
    public TimeSpan AwayFor
    {
        get
        {
            lock (_gate)
            {
                return _watching.Count > 0 ? TimeSpan.Zero : time.GetElapsedTime(_unwatchedSince);
            }
        }
    }

    /// <summary>Whether somebody looks, or did so recently enough to be on their way back.</summary>
    public bool AreAround(TimeSpan away)
    {
        lock (_gate)
        {
            return _watching.Count > 0 || (_everExpected && time.GetElapsedTime(_unwatchedSince) <= away);
        }
    }

    /// <summary>A page that shows the conversation is on its way and will be watching in a moment.</summary>
    public void Expect()
    {
        lock (_gate)
        {
            _everExpected = true;
            _unwatchedSince = time.GetTimestamp();
        }
    }

    public void Add(IConversationWatcher watcher)
    {
        lock (_gate)
        {
            _everExpected = true;
            _watching.Add(watcher);
        }
    }

    public void Remove(IConversationWatcher watcher)
    {
        lock (_gate)
        {
            if (_watching.Remove(watcher) && _watching.Count == 0)
            {
                _unwatchedSince = time.GetTimestamp();
            }
        }
    }

    public void Wake()
    {
        lock (_gate)
        {
            foreach (var watcher in _watching)
            {
                watcher.Wake();
            }
        }
    }
}
