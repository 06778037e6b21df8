namespace Pipulate.Conversations;

/// <summary>
/// Who looks at a conversation, and for how long nobody has. Thread-safe, under a lock of its own: waking never waits for what is being
/// said.
/// </summary>
internal sealed class ViewerTracker(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly HashSet<IConversationViewer> _viewers = [];
    private long _unviewedSince = time.GetTimestamp();
    private long _unviewedLocallySince = time.GetTimestamp();
    private bool _everExpected;
    private bool _hasRemoteViewers;

    /// <summary>
    /// Told when the first comes and when the last has gone; pages on other nodes do not count. Must return at once and must not call back.
    /// </summary>
    public Action? LocalViewersChanged { get; set; }

    /// <summary>Whether a page of this process looks.</summary>
    public bool Any
    {
        get
        {
            lock (_gate)
            {
                return _viewers.Count > 0;
            }
        }
    }

    /// <summary>Whether a page on another node looks.</summary>
    public bool HasRemoteViewers
    {
        get => Volatile.Read(ref _hasRemoteViewers);
        set
        {
            lock (_gate)
            {
                _everExpected |= value;
                if (_hasRemoteViewers && !value)
                {
                    _unviewedSince = time.GetTimestamp();
                }

                _hasRemoteViewers = value;
            }
        }
    }

    /// <summary>How long nobody has been looking: zero while somebody is, since its beginning where nobody ever was.</summary>
    public TimeSpan UnviewedFor
    {
        get
        {
            lock (_gate)
            {
                return _viewers.Count > 0 || _hasRemoteViewers ? TimeSpan.Zero : time.GetElapsedTime(_unviewedSince);
            }
        }
    }

    /// <summary>How long no page of this process has been looking.</summary>
    public TimeSpan UnviewedLocallyFor
    {
        get
        {
            lock (_gate)
            {
                return _viewers.Count > 0 ? TimeSpan.Zero : time.GetElapsedTime(_unviewedLocallySince);
            }
        }
    }

    /// <summary>Whether somebody looks, or did so recently enough to be on their way back.</summary>
    public bool WasViewedWithin(TimeSpan away)
    {
        lock (_gate)
        {
            return _viewers.Count > 0 || _hasRemoteViewers || (_everExpected && time.GetElapsedTime(_unviewedSince) <= away);
        }
    }

    /// <summary>A page that shows the conversation is on its way and will be watching in a moment.</summary>
    public void ExpectViewer()
    {
        lock (_gate)
        {
            _everExpected = true;
            _unviewedSince = _unviewedLocallySince = time.GetTimestamp();
        }
    }

    public void Add(IConversationViewer watcher)
    {
        lock (_gate)
        {
            _everExpected = true;
            if (_viewers.Add(watcher) && _viewers.Count == 1)
            {
                LocalViewersChanged?.Invoke();
            }
        }
    }

    public void Remove(IConversationViewer watcher)
    {
        lock (_gate)
        {
            if (_viewers.Remove(watcher) && _viewers.Count == 0)
            {
                _unviewedSince = _unviewedLocallySince = time.GetTimestamp();
                LocalViewersChanged?.Invoke();
            }
        }
    }

    public void NotifyChanged()
    {
        lock (_gate)
        {
            foreach (var watcher in _viewers)
            {
                watcher.NotifyChanged();
            }
        }
    }
}
