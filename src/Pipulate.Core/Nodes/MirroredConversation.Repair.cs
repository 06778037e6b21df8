using Pipulate.Conversations.Entries;
using Pipulate.Localization;

namespace Pipulate.Nodes;

/// <content>Reads from the store what is missing, and ends what a node that is gone has left.</content>
internal sealed partial class MirroredConversation
{
    /// <summary>Reads from the store what is missing.</summary>
    /// <returns>Whether nothing is missing any more.</returns>
    public async Task<bool> RepairAsync(CancellationToken cancellationToken)
    {
        if (!kept.Loaded.IsCompleted)
        {
            // Opening reads the same, and has not done so yet.
            return false;
        }

        var stored = await kept.RefreshAsync(NodeLink.Settled, cancellationToken);
        if (stored is null && !kept.CreatesConversation)
        {
            link.OnDeleted(Conversation);
            return true;
        }

        foreach (var entry in stored?.Entries ?? [])
        {
            if (entry.Withdrawn || !IsOurs(entry.Id))
            {
                Conversation.Remote.Apply(EntryFrame.Of(entry));
            }
        }

        Conversation.Remote.WithdrawRepeated(stored?.Entries ?? []);
        List<EntryFrame> received;
        lock (_gate)
        {
            received = [.. _gaps.Select(gap => gap.Value.Behind(gap.Key))];
        }

        // Applied outside the lock, because the conversation calls its viewers. A gap that grows meanwhile is not filled, and stays.
        foreach (var frame in received)
        {
            Conversation.Remote.Apply(frame);
        }

        lock (_gate)
        {
            foreach (var entry in received.Select(frame => frame.Entry))
            {
                if (_gaps.TryGetValue(entry, out var gap) && (IsFilled(entry, gap) || ++gap.Attempts >= MaxAttempts))
                {
                    _gaps.Remove(entry);
                }
            }

            return _gaps.Count == 0;
        }
    }

    /// <summary>
    /// Done every few seconds: the others are told that what grows here still does, and what others do not tell of any more is looked at.
    /// </summary>
    /// <param name="silence">For how long a node may be silent.</param>
    /// <returns>Whether there are entries whose nodes have fallen silent.</returns>
    public bool Maintain(TimeSpan silence)
    {
        lock (Conversation.Gate)
        {
            _remind = _told.Count > 0;
            _compare = _followed && kept.Loaded.IsCompleted;
        }

        if (_remind || _compare)
        {
            Rouse();
        }

        if (!_looked && kept.Loaded.IsCompleted)
        {
            _looked = true;
            NoteStreaming();
        }

        lock (_gate)
        {
            return _heard.Any(entry => time.GetElapsedTime(entry.Value) > silence);
        }
    }

    /// <summary>
    /// Ends the entries whose nodes have fallen silent: what the store has of them is read first, for it may know that they have ended
    /// well.
    /// </summary>
    public async Task EndOrphanedAsync(TimeSpan silence, CancellationToken cancellationToken)
    {
        await RepairAsync(cancellationToken);
        List<ConversationEntry> torn = [];
        lock (_gate)
        {
            foreach (var (id, last) in _heard)
            {
                if (time.GetElapsedTime(last) > silence)
                {
                    _heard.Remove(id);
                    lock (Conversation.Gate)
                    {
                        if (Conversation.Log.Find(id) is { IsRemote: true, State: EntryState.Streaming } entry)
                        {
                            torn.Add(entry);
                        }
                    }
                }
            }
        }

        foreach (var entry in torn)
        {
            Conversation.End(entry, EntryState.Stopped, Conversation.Texts[TextKey.StoppedByRestart]);
        }
    }

    /// <summary>What the conversation was opened with may still grow on another node.</summary>
    private void NoteStreaming()
    {
        List<Guid> streaming;
        lock (Conversation.Gate)
        {
            streaming = [
                .. Conversation.Log.Entries
                    .Where(entry => entry is { IsRemote: true, State: EntryState.Streaming })
                    .Select(entry => entry.Id)
            ];
        }

        lock (_gate)
        {
            streaming.ForEach(entry => _heard.TryAdd(entry, time.GetTimestamp()));
        }
    }

    private bool IsOurs(Guid id)
    {
        lock (Conversation.Gate)
        {
            return Conversation.Log.Find(id) is { IsRemote: false };
        }
    }

    private bool IsFilled(Guid id, Gap gap)
    {
        lock (Conversation.Gate)
        {
            return Conversation.Log.Find(id) is { } entry && gap.IsFilled(entry.Epoch, entry.Text.Length);
        }
    }
}
