using Pipulate.Conversations.Entries;
using Pipulate.Storage;

namespace Pipulate.Conversations;

/// <summary>
/// What other nodes say in this conversation. It is shown and told to the model as if it had been said here; nobody here is told to store
/// it or to pass it on.
/// </summary>
internal sealed partial class Conversation
{
    /// <summary>Takes what another node, or the store, says of an entry. What is known already changes nothing.</summary>
    /// <returns>
    /// <see cref="AppendOutcome.Gap"/> where something before is missing: then nothing was changed. <see cref="AppendOutcome.Outdated"/>
    /// where something newer is known.
    /// </returns>
    public AppendOutcome ApplyRemote(in EntryFrame frame)
    {
        ConversationEntry? entry;
        bool spoken;
        lock (Gate)
        {
            if (IsDeleted)
            {
                return AppendOutcome.Taken;
            }

            entry = Find(frame.Entry);
            spoken = entry is { IsRemote: false, IsOpen: true };
            var version = Version;
            var outcome = entry is null ? ApplyRemoteNew(frame, out entry) : ApplyRemoteKnown(entry, frame);
            if (Version == version)
            {
                return outcome;
            }
        }

        Viewers.NotifyChanged();
        if (entry is { Role: EntryRole.User, IsRemote: true })
        {
            ReplyRequested?.Invoke();
        }
        else if (spoken && entry is { IsOpen: false })
        {
            // What is being said here was stopped there.
            Stopped?.Invoke();
        }

        return AppendOutcome.Taken;
    }

    /// <summary>
    /// Withdraws a message that the store has already under another id, because the page has sent it to two nodes. The other nodes are
    /// told.
    /// </summary>
    public void WithdrawRepeated(Guid id)
    {
        lock (Gate)
        {
            if (Find(id) is not { Withdrawn: false } entry)
            {
                return;
            }

            ForgetLocked(entry);
        }

        Viewers.NotifyChanged();
    }

    /// <summary>
    /// Withdraws messages of other nodes that the store has under another id only: that they were withdrawn there was lost on the way.
    /// </summary>
    public void WithdrawRepeated(IReadOnlyList<StoredEntry> stored)
    {
        var version = Version;
        lock (Gate)
        {
            foreach (var entry in _entries)
            {
                if (entry is { Role: EntryRole.User, IsRemote: true, Withdrawn: false, MessageId: { } messageId }
                    && stored.Any(
                        other => other.MessageId == messageId && other is { Withdrawn: false } && other.Text == entry.Text.ToString())
                    && !stored.Any(other => other.Id == entry.Id))
                {
                    entry.Withdrawn = true;
                    entry.Revision = ++Version;
                }
            }
        }

        if (version != Version)
        {
            Viewers.NotifyChanged();
        }
    }

    /// <summary>Whether nothing is under way here: no answer is due or being given, and everything is stored.</summary>
    public bool IsIdle
    {
        get
        {
            lock (Gate)
            {
                if (PeekPendingLocked() is not null || _entries.Exists(entry => entry is { State: EntryState.Streaming, IsRemote: false }))
                {
                    return false;
                }
            }

            return Volatile.Read(ref _due) == Idle && Array.TrueForAll(Observers, observer => observer.IsSettled);
        }
    }

    /// <summary>Looks through the newest first: what is told of is nearly always among them. Called under <see cref="Gate"/>.</summary>
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

    /// <summary>What an entry was said behind, of all that was not taken back. Called under <see cref="Gate"/>.</summary>
    public ConversationEntry? FindPrevious(ConversationEntry entry)
    {
        var index = _entries.Count - 1;
        while (index > 0 && _entries[index] != entry)
        {
            index--;
        }

        return index > 0 ? _entries.FindLastIndex(index - 1, other => other is { Withdrawn: false, IsQueued: false }) is var place and >= 0
            ? _entries[place]
            : null : null;
    }

    private AppendOutcome ApplyRemoteNew(in EntryFrame frame, out ConversationEntry? entry)
    {
        entry = null;
        if (frame.Standing is { Withdrawn: true })
        {
            return AppendOutcome.Taken;
        }

        if (frame.Head is not { } head
            || frame.Offset > 0
            || (head.After is { } after && _first != OrdinalsBeforeHistory && Find(after) is null))
        {
            return AppendOutcome.Gap;
        }

        entry = new ConversationEntry(NextOrdinal, head.Role, frame.Standing?.State ?? EntryState.Streaming, head.At)
        {
            Id = frame.Entry,
            IsRemote = true,
            Epoch = frame.Epoch,
            Kind = head.Kind,
            AuthorName = head.Voice,
            MessageId = head.MessageId,
            Reason = frame.Standing?.Reason,
            Progress = frame.Standing?.Progress,
            Waiting = frame.Standing?.Waiting,
            RepliedRemotely = frame.Standing is { Again: true },
            ArrivedAt = time.GetTimestamp(),
        };
        entry.Text.Append(frame.Text);
        InitializeMarkdown(entry);
        _entries.Add(entry);
        RecordReplyTime(entry);
        entry.Revision = ++Version;
        return AppendOutcome.Taken;
    }

    private AppendOutcome ApplyRemoteKnown(ConversationEntry entry, in EntryFrame frame)
    {
        if (frame.Epoch < entry.Epoch)
        {
            return AppendOutcome.Outdated;
        }

        var newer = frame.Epoch > entry.Epoch;
        if ((newer && !frame.Replaces && frame.Standing is null)
            || (frame.Offset > entry.Text.Length && !(newer && frame.Replaces && frame.Offset == 0)))
        {
            return AppendOutcome.Gap;
        }

        var changed = false;
        if (newer && frame.Replaces)
        {
            entry.Text.Clear();
            InitializeMarkdown(entry);
            changed = true;
        }

        if (frame.Through > entry.Text.Length)
        {
            entry.Text.Append(frame.Text.AsSpan(entry.Text.Length - frame.Offset));
            changed = true;
        }

        var before = EntryStatus.Of(entry);
        if (frame.Standing is { } standing
            && (standing with
            {
                Progress = standing.Progress
                ?? before.Progress,
                Waiting = standing.Waiting ?? before.Waiting,
                Again = standing.Again || before.Again
            }) is var now
            && now != before)
        {
            entry.RemoteRevision += newer ? 0 : 1;
            (entry.State, entry.Reason, entry.Withdrawn, entry.Progress, entry.Waiting) =
                (now.State, now.Reason, now.Withdrawn, now.Progress, now.Waiting);
            entry.RepliedRemotely = now.Again && entry.IsRemote;
            RecordReplyTime(entry);
            changed = true;
        }

        entry.Epoch = frame.Epoch;
        if (changed)
        {
            entry.Revision = ++Version;
        }

        return AppendOutcome.Taken;
    }

    private void RecordReplyTime(ConversationEntry entry)
    {
        if (entry is { Role: EntryRole.Assistant, State: not EntryState.Streaming })
        {
            _lastReplyAt = time.GetTimestamp();
        }
    }
}
