namespace Pipulate.Connections;

/// <summary>
/// Tracks since when visitors are present. A visitor who returns within seconds counts as present throughout, because a page that navigates
/// disconnects and connects again. Not thread-safe: the lock of <see cref="ConnectionDirectory"/> guards it.
/// </summary>
internal sealed class PresenceTracker(TimeProvider time)
{
    private static readonly TimeSpan BetweenPages = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, Stay> _visits = [];

    /// <summary>Queues the visitors that have left, in order. Some of them may have returned since.</summary>
    private readonly Queue<(string Visitor, long At)> _left = new();

    /// <summary>Gets the number of visitors that are present or have just left.</summary>
    public int Count => _visits.Count;

    public static string VisitorOf(ChatConnectionInfo page) => page.UserId is { } user ? $"u {user}" : $"c {page.Conversation.Owner}";

    public DateTimeOffset Since(ChatConnectionInfo page) => _visits[VisitorOf(page)].Since;

    /// <param name="page">A page that has come.</param>
    /// <param name="told">Since when its visitor is here, if another node says so.</param>
    public void Add(ChatConnectionInfo page, DateTimeOffset? told = null)
    {
        var since = told ?? page.ConnectedAt;
        Forget();
        var visitor = VisitorOf(page);
        if (!_visits.TryGetValue(visitor, out var stay))
        {
            _visits[visitor] = stay = new Stay(since);
        }

        if (since < stay.Since)
        {
            // On another node they were here before.
            stay.Since = since;
        }

        stay.Pages++;
    }

    public void Remove(ChatConnectionInfo page)
    {
        Forget();
        var visitor = VisitorOf(page);
        if (--_visits[visitor].Pages == 0)
        {
            _visits[visitor].LeftAt = time.GetTimestamp();
            _left.Enqueue((visitor, _visits[visitor].LeftAt));
        }
    }

    /// <summary>Removes visitors that have left, a few with each change, so that no timer is needed.</summary>
    private void Forget()
    {
        while (_left.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) > BetweenPages)
        {
            _left.Dequeue();
            if (_visits.TryGetValue(oldest.Visitor, out var stay) && stay.Pages == 0 && stay.LeftAt == oldest.At)
            {
                _visits.Remove(oldest.Visitor);
            }
        }
    }

    private sealed class Stay(DateTimeOffset since)
    {
        public DateTimeOffset Since { get; set; } = since;

        public int Pages { get; set; }

        public long LeftAt { get; set; }
    }
}
