using Pipulate.Conversations.Entries;
using Pipulate.Storage;

namespace Pipulate.Conversations;

/// <summary>
/// Applies what other nodes and the store report of entries. It is shown and given to the model as if it had been written here; observers
/// are not notified, because the other node stores it and sends it on.
/// </summary>
/// <remarks>Safe because entries are read and changed under the lock of the log; viewers and events are notified after it.</remarks>
internal sealed class RemoteEntries(EntryLog log, TimeProvider time)
{
    /// <summary>Applies what another node, or the store, reports of an entry. What is known already changes nothing.</summary>
    /// <returns>
    /// <see cref="AppendOutcome.Gap"/> where something before is missing: then nothing was changed. <see cref="AppendOutcome.Outdated"/>
    /// where something newer is known.
    /// </returns>
    public AppendOutcome Apply(in EntryFrame frame)
    {
        ConversationEntry? entry;
        bool wasStreamingHere;
        lock (log.Gate)
        {
            if (log.IsDeleted)
            {
                return AppendOutcome.Taken;
            }

            entry = log.Find(frame.Entry);
            wasStreamingHere = entry is { IsRemote: false, IsOpen: true };
            var version = log.Version;
            var outcome = entry is null ? ApplyNew(frame, out entry) : ApplyKnown(entry, frame);
            if (log.Version == version)
            {
                return outcome;
            }
        }

        log.Viewers.NotifyChanged();
        if (entry is { Role: EntryRole.User, IsRemote: true })
        {
            log.RaiseReplyRequested();
        }
        else if (wasStreamingHere && entry is { IsOpen: false })
        {
            // Another node has stopped the reply that this one generates.
            log.RaiseStopped();
        }

        return AppendOutcome.Taken;
    }

    /// <summary>
    /// Withdraws a message that the store has already under another id, because the page has sent it to two nodes. Observers are notified.
    /// </summary>
    public void WithdrawRepeated(Guid id)
    {
        lock (log.Gate)
        {
            if (log.Find(id) is not { Withdrawn: false } entry)
            {
                return;
            }

            log.Forget(entry);
        }

        log.Viewers.NotifyChanged();
    }

    /// <summary>
    /// Withdraws messages of other nodes that the store has under another id only: the report of their withdrawal was lost.
    /// </summary>
    public void WithdrawRepeated(IReadOnlyList<StoredEntry> stored)
    {
        var withdrawn = false;
        lock (log.Gate)
        {
            foreach (var entry in log.Entries)
            {
                if (entry is { Role: EntryRole.User, IsRemote: true, Withdrawn: false, MessageId: { } messageId }
                    && stored.Any(
                        other => other.MessageId == messageId && other is { Withdrawn: false } && other.Text == entry.Text.ToString())
                    && !stored.Any(other => other.Id == entry.Id))
                {
                    entry.Withdrawn = true;
                    log.MarkRemoteChanged(entry);
                    withdrawn = true;
                }
            }
        }

        if (withdrawn)
        {
            log.Viewers.NotifyChanged();
        }
    }

    private AppendOutcome ApplyNew(in EntryFrame frame, out ConversationEntry? entry)
    {
        entry = null;
        if (frame.Standing is { Withdrawn: true })
        {
            return AppendOutcome.Taken;
        }

        if (frame.Head is not { } head
            || frame.Offset > 0
            || (head.After is { } after && !log.AwaitsHistory && log.Find(after) is null))
        {
            return AppendOutcome.Gap;
        }

        entry = new ConversationEntry(log.NextOrdinal, head.Role, frame.Standing?.State ?? EntryState.Streaming, head.At)
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
        log.AddRemote(entry);
        return AppendOutcome.Taken;
    }

    private AppendOutcome ApplyKnown(ConversationEntry entry, in EntryFrame frame)
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
            log.InitializeMarkdown(entry);
            changed = true;
        }

        if (frame.Through > entry.Text.Length)
        {
            entry.Text.Append(frame.Text.AsSpan(entry.Text.Length - frame.Offset));
            changed = true;
        }

        changed |= frame.Standing is { } status && ApplyStatus(entry, status, newer);
        entry.Epoch = frame.Epoch;
        if (changed)
        {
            log.MarkRemoteChanged(entry);
        }

        return AppendOutcome.Taken;
    }

    private bool ApplyStatus(ConversationEntry entry, EntryStatus status, bool newer)
    {
        var before = EntryStatus.Of(entry);
        var now = status with
        {
            Progress = status.Progress ?? before.Progress,
            Waiting = status.Waiting ?? before.Waiting,
            Again = status.Again || before.Again,
        };
        if (now == before)
        {
            return false;
        }

        entry.RemoteRevision += newer ? 0 : 1;
        (entry.State, entry.Reason, entry.Withdrawn, entry.Progress, entry.Waiting) =
            (now.State, now.Reason, now.Withdrawn, now.Progress, now.Waiting);
        entry.RepliedRemotely = now.Again && entry.IsRemote;
        log.RecordReplyTime(entry);
        return true;
    }
}
