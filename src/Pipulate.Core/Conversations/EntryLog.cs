using Pipulate.Conversations.Entries;
using Pipulate.Localization;
using Pipulate.Telemetry;

namespace Pipulate.Conversations;

/// <summary>Holds what the parts of one conversation share: its entries, and the one lock that guards them.</summary>
/// <remarks>
/// Safe because only the conversation and the parts that it creates have a reference to it, and each takes <see cref="Gate"/> before it
/// calls a method here. Observers are called under the lock and must not call back; viewers and events are notified outside it.
/// </remarks>
internal sealed class EntryLog(TimeProvider time, bool markdown) : IEntryLog
{
    /// <summary>
    /// Raises the epoch of an entry that is ended in place of another node by so much that nothing that node still writes of it counts.
    /// </summary>
    private const int TakeoverEpochStep = 1_000_000;

    /// <summary>Begins the ordinals of entries that come before the history is read: the history has room below them.</summary>
    private const int OrdinalsBeforeHistory = 1_000_000_000;

    private readonly List<ConversationEntry> _entries = [];
    private long? _lastReplyAt;

    /// <summary>Occurs outside the lock when a user waits for a reply.</summary>
    public event Action? ReplyRequested;

    /// <summary>Occurs outside the lock when replies were stopped.</summary>
    public event Action? Stopped;

    public Lock Gate { get; } = new();

    public ViewerTracker Viewers { get; } = new(time);

    /// <summary>Gets or sets the texts of the panel in the language of the conversation.</summary>
    public PanelTexts Texts { get; set; } = PanelTexts.English;

    /// <summary>Gets or sets the observers that are notified of each change.</summary>
    public IConversationObserver[] Observers { get; set; } = [];

    /// <summary>Gets or sets a value indicating whether the history is still to be put before the entries.</summary>
    public bool AwaitsHistory { get; set; }

    public bool IsDeleted { get; private set; }

    public List<ConversationEntry> Entries => _entries;

    IReadOnlyList<ConversationEntry> IEntryLog.Entries => _entries;

    public long Version { get; private set; }

    public int RestoreCount { get; private set; }

    public ConversationEntry? LatestReply { get; set; }

    public int NextOrdinal => _entries is [.., var last] ? last.Ordinal + 1 : AwaitsHistory ? OrdinalsBeforeHistory : 1;

    /// <summary>Gets the time since the last reply; without end where there was none.</summary>
    public TimeSpan QuietFor => _lastReplyAt is { } last ? time.GetElapsedTime(last) : TimeSpan.MaxValue;

    public static bool IsRecordedEvent(ConversationEntry entry) => entry is { Role: EntryRole.Event, Withdrawn: false };

    public static bool IsSameMessage(ConversationEntry entry, string text, string messageId) =>
        entry.MessageId == messageId && entry.Text.ToString() == text;

    public void RaiseReplyRequested() => ReplyRequested?.Invoke();

    public void RaiseStopped() => Stopped?.Invoke();

    /// <summary>Adds an entry of this node.</summary>
    public ConversationEntry Add(ConversationEntry entry)
    {
        entry.ArrivedAt = time.GetTimestamp();
        entry.Cause = ReplyTracing.Cause;
        InitializeMarkdown(entry);
        _entries.Add(entry);
        MarkChanged(entry);
        return entry;
    }

    /// <summary>Adds an entry of another node. Observers are not notified: that node stores it and sends it to the others.</summary>
    public void AddRemote(ConversationEntry entry)
    {
        InitializeMarkdown(entry);
        _entries.Add(entry);
        RecordReplyTime(entry);
        MarkRemoteChanged(entry);
    }

    public void InitializeMarkdown(ConversationEntry entry) =>
        entry.Markdown = markdown && entry.Role is EntryRole.Assistant ? new MarkdownText(entry.Text) : null;

    public void MarkChanged(ConversationEntry entry)
    {
        entry.Revision = ++Version;
        NotifyObservers(entry);
    }

    /// <summary>Marks an entry that another node has changed: pages are sent the change, observers are not notified.</summary>
    public void MarkRemoteChanged(ConversationEntry entry) => entry.Revision = ++Version;

    public void NotifyObservers(ConversationEntry? entry)
    {
        foreach (var observer in Observers)
        {
            observer.OnChanged(entry);
        }
    }

    /// <summary>Ends an entry that is open.</summary>
    public void End(ConversationEntry entry, EntryState state, string? reason)
    {
        entry.Text.Seal();
        entry.Reasoning?.Seal();
        entry.State = state;
        entry.Reason = reason;
        entry.Epoch += entry.IsRemote ? TakeoverEpochStep : 1;
        RecordReplyTime(entry);
        MarkChanged(entry);
    }

    /// <summary>Withdraws an entry: pages remove it, and the model does not see it.</summary>
    public void Withdraw(ConversationEntry entry)
    {
        entry.Withdrawn = true;
        entry.State = EntryState.Stopped;
        entry.Epoch += entry.IsRemote ? TakeoverEpochStep : 1;
        MarkChanged(entry);
    }

    /// <summary>Withdraws an entry and erases its text.</summary>
    public void Forget(ConversationEntry entry)
    {
        entry.Text.Clear();
        entry.Epoch++;
        entry.RequiresReply = false;
        entry.Withdrawn = true;
        MarkChanged(entry);
    }

    /// <summary>Records that places in <see cref="Entries"/> are void.</summary>
    public void MarkRestored()
    {
        RestoreCount++;
        Version++;
    }

    /// <summary>Removes all entries of a conversation that is deleted.</summary>
    public void Delete()
    {
        IsDeleted = true;
        _entries.Clear();
        LatestReply = null;
        RestoreCount++;
    }

    public int IndexOf(int ordinal)
    {
        // What is asked for is nearly always among the last.
        var index = _entries.Count - 1;
        while (index > 0 && _entries[index].Ordinal > ordinal)
        {
            index--;
        }

        return index;
    }

    public ConversationEntry? Find(Guid id)
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            if (_entries[i].Id == id)
            {
                return _entries[i];
            }
        }

        return null;
    }

    public ConversationEntry? FindPrevious(ConversationEntry entry)
    {
        var index = _entries.Count - 1;
        while (index > 0 && _entries[index] != entry)
        {
            index--;
        }

        var previous = index > 0 ? _entries.FindLastIndex(index - 1, other => other is { Withdrawn: false, IsQueued: false }) : -1;
        return previous >= 0 ? _entries[previous] : null;
    }

    /// <summary>Records the time of a reply, if the entry is one that has ended.</summary>
    public void RecordReplyTime(ConversationEntry entry)
    {
        if (entry is { Role: EntryRole.Assistant, State: not EntryState.Streaming })
        {
            _lastReplyAt = time.GetTimestamp();
        }
    }
}
