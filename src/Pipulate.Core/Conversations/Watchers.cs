namespace Pipulate.Conversations;

/// <summary>Who looks at a conversation, and for how long nobody has. Thread-safe, under a lock of its own: waking never waits for what is being said.</summary>
internal sealed class Watchers(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly HashSet<IConversationWatcher> _watching = [];
    private long _unwatchedSince = time.GetTimestamp();
    private long _unwatchedHereSince = time.GetTimestamp();
    private bool _everExpected;
    private bool _elsewhere;

    /// <summary>Told when the first comes and when the last has gone; pages on other nodes do not count. Must return at once and must not call back.</summary>
    public Action? HereChanged { get; set; }

    /// <summary>Whether a page of this process looks.</summary>
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

    /// <summary>Whether a page on another node looks.</summary>
    public bool Elsewhere
    {
        get => Volatile.Read(ref _elsewhere);
        set
        {
            lock (_gate)
            {
                _everExpected |= value;
                if (_elsewhere && !value)
                {
                    _unwatchedSince = time.GetTimestamp();
                }

                _elsewhere = value;
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
                return _watching.Count > 0 || _elsewhere ? TimeSpan.Zero : time.GetElapsedTime(_unwatchedSince);
            }
        }
    }

    /// <summary>How long no page of this process has been looking.</summary>
    public TimeSpan AwayHereFor
    {
        get
        {
            lock (_gate)
            {
                return _watching.Count > 0 ? TimeSpan.Zero : time.GetElapsedTime(_unwatchedHereSince);
            }
        }
    }

    /// <summary>Whether somebody looks, or did so recently enough to be on their way back.</summary>
    public bool AreAround(TimeSpan away)
    {
        lock (_gate)
        {
            return _watching.Count > 0 || _elsewhere || (_everExpected && time.GetElapsedTime(_unwatchedSince) <= away);
        }
    }

    /// <summary>A page that shows the conversation is on its way and will be watching in a moment.</summary>
    public void Expect()
    {
        lock (_gate)
        {
            _everExpected = true;
            _unwatchedSince = _unwatchedHereSince = time.GetTimestamp();
        }
    }

    public void Add(IConversationWatcher watcher)
    {
        lock (_gate)
        {
            _everExpected = true;
            if (_watching.Add(watcher) && _watching.Count == 1)
            {
                HereChanged?.Invoke();
            }
        }
    }

    public void Remove(IConversationWatcher watcher)
    {
        lock (_gate)
        {
            if (_watching.Remove(watcher) && _watching.Count == 0)
            {
                _unwatchedSince = _unwatchedHereSince = time.GetTimestamp();
                HereChanged?.Invoke();
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
