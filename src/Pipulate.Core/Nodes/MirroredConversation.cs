using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Storage;

namespace Pipulate.Nodes;

/// <summary>
/// A conversation that other nodes may have too. What is said here is told to them from a cursor, as to a page: how much of each growing
/// entry they have been told. What they say is taken into the conversation, and where something is missing, the store has it.
/// </summary>
internal sealed partial class MirroredConversation(ConversationWriter kept, NodeLink link, TimeProvider time) : IConversationObserver
{
    /// <summary>
    /// Of how many of the newest entries a node that comes is told how far they are; what is older, it has read from the store.
    /// </summary>
    private const int Introduced = 20;

    /// <summary>For how long an entry may not have come to a node that comes now, from the store or otherwise.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    /// <summary>After so many readings an entry is not in the store and will not be: it was deleted.</summary>
    private const int MaxAttempts = 20;

    /// <summary>Guarded by the conversation's lock.</summary>
    private readonly HashSet<ConversationEntry> _changed = [];

    /// <summary>What the others have been told of the entries of this node that still grow. Guarded by the conversation's lock.</summary>
    private readonly Dictionary<ConversationEntry, (int Epoch, int Length)> _told = [];

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Gap> _gaps = [];

    /// <summary>When something was last heard of the entries of other nodes that still grow.</summary>
    private readonly Dictionary<Guid, long> _heard = [];

    /// <summary>Which nodes have given the answers that can be asked for once more.</summary>
    private readonly Dictionary<Guid, Guid> _givers = [];
    private bool _followed;
    private bool _introduce;
    private bool _remind;
    private bool _compare;
    private int _toldPauseChanges;
    private int _toldTitleChanges;
    private readonly Dictionary<Guid, (long Theirs, long Ours, int Times)> _mismatches = [];
    private Guid? _askedAgain;
    private bool _looked;
    private int _waiting;

    public Conversation Conversation { get; } = kept.Conversation;

    public ConversationId Id => Conversation.Id;

    public void OnChanged(ConversationEntry? entry)
    {
        if (!_followed || Conversation.IsDeleted)
        {
            return;
        }

        if (entry is not null)
        {
            _changed.Add(entry);
        }

        Rouse();
    }

    /// <summary>Says which other nodes there are for it.</summary>
    /// <param name="followed">Whether one has the conversation.</param>
    /// <param name="watched">Whether a page there shows it.</param>
    /// <param name="introduce">Whether one is to be told how far it is.</param>
    public void SetElsewhere(bool followed, bool watched, bool introduce)
    {
        Conversation.Viewers.HasRemoteViewers = watched;
        lock (Conversation.Gate)
        {
            _introduce |= followed && (introduce || !_followed);
            _followed = followed;
        }

        if (introduce || followed)
        {
            Rouse();
        }
    }

    /// <summary>The nodes may have lost something, and this one too: who was silent could not be heard.</summary>
    public void Introduce()
    {
        lock (_gate)
        {
            foreach (var entry in _heard.Keys)
            {
                _heard[entry] = time.GetTimestamp();
            }
        }

        lock (Conversation.Gate)
        {
            _introduce = _followed;
        }

        Rouse();
    }

    /// <summary>Has the link look at it, once however often it is called.</summary>
    public void Rouse()
    {
        if (Interlocked.Exchange(ref _waiting, 1) == 0)
        {
            link.NoteChanged(this);
        }
    }

    /// <summary>Tells the others what they have not been told.</summary>
    public void Tell(NodeMessageWriter writer)
    {
        Volatile.Write(ref _waiting, 0);
        lock (Conversation.Gate)
        {
            if (_followed)
            {
                if (_introduce)
                {
                    _told.Clear();

                    // What is stored, a node that comes now has read.
                    (_toldPauseChanges, _toldTitleChanges) = (kept.StoredPauseChanges, kept.StoredTitleChanges);
                    Introduce(writer);
                }
                else if (_remind)
                {
                    foreach (var (entry, told) in _told)
                    {
                        writer.Entry(Id, new EntryFrame(entry.Id, told.Epoch, told.Length, ""));
                    }
                }

                if (_toldPauseChanges != Conversation.Details.PauseChanges)
                {
                    writer.Pause(Id, Conversation.Details.IsPaused);
                }

                if (_toldTitleChanges != Conversation.Details.TitleChanges)
                {
                    writer.Title(Id, Conversation.Details.Title, Conversation.Details.IsTitleProposed);
                }

                if (_askedAgain is { } answer)
                {
                    writer.Again(Id, answer);
                }

                foreach (var entry in _changed.OrderBy(entry => entry.Ordinal))
                {
                    Tell(writer, entry);
                }

                // Written last, so that a node that has applied the items before it has the same digest.
                if (_compare)
                {
                    writer.State(Id, Digest.Of(Conversation));
                }
            }

            _changed.Clear();
            (_toldPauseChanges, _toldTitleChanges) = (Conversation.Details.PauseChanges, Conversation.Details.TitleChanges);
            _introduce = _remind = _compare = false;
            _askedAgain = null;
        }
    }

    /// <summary>Somebody here wants an answer once more that another node has given.</summary>
    /// <returns>Whether that node was told; else it is gone.</returns>
    public bool TryRegenerate(Guid answer)
    {
        lock (_gate)
        {
            if (_givers.TryGetValue(answer, out var giver) && !link.Knows(giver))
            {
                return false;
            }
        }

        lock (Conversation.Gate)
        {
            _askedAgain = answer;
        }

        Rouse();
        return true;
    }

    /// <summary>Takes what another node tells.</summary>
    public void Take(Guid node, in EntryFrame frame)
    {
        var outcome = Conversation.Remote.Apply(frame);
        lock (_gate)
        {
            if (frame.Standing is { Again: true })
            {
                _givers[frame.Entry] = node;
            }

            if (IsGrowing(frame.Entry))
            {
                _heard[frame.Entry] = time.GetTimestamp();
            }
            else
            {
                _heard.Remove(frame.Entry);
            }

            if (outcome is not AppendOutcome.Gap)
            {
                return;
            }

            if (!_gaps.TryGetValue(frame.Entry, out var gap))
            {
                _gaps[frame.Entry] = gap = new Gap();
            }

            gap.Note(frame);
        }

        link.NoteStale(this);
    }

    /// <summary>Compares the conversation with what another node has of it, and has the store read where the two differ.</summary>
    /// <param name="node">The other node.</param>
    /// <param name="digest">Its <see cref="Digest"/> of the conversation.</param>
    public void Compare(Guid node, long digest)
    {
        long ours;
        lock (Conversation.Gate)
        {
            ours = Digest.Of(Conversation);
        }

        lock (_gate)
        {
            if (digest == ours)
            {
                _mismatches.Remove(node);
                return;
            }

            var times = _mismatches.TryGetValue(node, out var last) && (last.Theirs, last.Ours) == (digest, ours) ? last.Times + 1 : 1;
            _mismatches[node] = (digest, ours, times);

            // A difference that reading does not remove is read for ever more rarely: the store may trim what a node still has in memory.
            if (!int.IsPow2(times))
            {
                return;
            }
        }

        link.NoteStale(this);
    }

    private void Introduce(NodeMessageWriter writer)
    {
        var entries = Conversation.Log.Entries;
        var introduced = 0;
        for (var i = entries.Count - 1; i >= 0; i--)
        {
            var entry = entries[i];
            if (entry.IsRemote)
            {
                continue;
            }

            if (entry.State is EntryState.Streaming || time.GetUtcNow() - entry.CreatedAt < Fresh)
            {
                // Whole, and in order with the others: a question that had to be read from the store first would come behind its answer.
                _changed.Add(entry);
            }
            else if (++introduced <= Introduced && !_changed.Contains(entry))
            {
                writer.Entry(Id, new EntryFrame(entry.Id, entry.Epoch, entry.Text.Length, ""));
            }
        }
    }

    private void Tell(NodeMessageWriter writer, ConversationEntry entry)
    {
        var known = _told.TryGetValue(entry, out var told);
        var forgotten = entry.Withdrawn || entry.Text.Length < told.Length;
        var from = known && !forgotten ? told.Length : 0;
        writer.Entry(Id, new EntryFrame(entry.Id, entry.Epoch, from, entry.Text.ToString(from))
        {
            Replaces = forgotten || entry.IsRemote,
            Head = known ? null : EntryHead.Of(entry) with { After = Conversation.Log.FindPrevious(entry)?.Id },
            Standing = (known && told.Epoch == entry.Epoch) || entry is { State: EntryState.Streaming, Epoch: 0, Waiting: null }
                ? null
                : EntryStatus.Of(entry),
        });
        if (entry.State is EntryState.Streaming)
        {
            _told[entry] = (entry.Epoch, entry.Text.Length);
        }
        else
        {
            _told.Remove(entry);
        }
    }

    private bool IsGrowing(Guid id)
    {
        lock (Conversation.Gate)
        {
            return Conversation.Log.Find(id) is { IsRemote: true, State: EntryState.Streaming };
        }
    }
}
