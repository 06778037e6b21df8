namespace Pipulate.Storage;

/// <summary>
/// Keeps conversations while the process runs. Bounded: past <paramref name="conversations"/> those that were added to longest ago are
/// forgotten, and of a long one its oldest entries.
/// </summary>
internal sealed class InMemoryConversationStore(
    TimeProvider time, int conversations = InMemoryConversationStore.Conversations, int entries = InMemoryConversationStore.Entries)
        : IConversationStore
{
    public const int Conversations = ConversationCache.Capacity;

    /// <summary>Limits the entries of a conversation to those that are read when it is opened.</summary>
    public const int Entries = 200;

    private readonly Lock _gate = new();
    private readonly Dictionary<ConversationKey, Kept> _kept = [];

    public ValueTask<long> AddAsync(ConversationKey conversation, StoredEntry entry, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return new(Add(FindOrMake(conversation), entry));
        }
    }

    public ValueTask<long?> TryAddAsync(ConversationKey conversation, StoredEntry entry, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return new(_kept.TryGetValue(conversation, out var kept) ? Add(kept, entry) : (long?)null);
        }
    }

    public ValueTask<AppendResult> AppendAsync(
        ConversationKey conversation, Guid entry, TextPiece piece, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (Find(conversation, entry) is not var (kept, index))
            {
                return new(new AppendResult(AppendOutcome.Missing, 0));
            }

            var known = kept.Entries[index];
            var outcome = piece.Fit(known.Epoch, known.Text.Length, out var missing);
            if (outcome is AppendOutcome.Taken)
            {
                known = known with { Epoch = piece.Epoch, Text = piece.Epoch > known.Epoch ? missing : known.Text + missing };
                kept.Entries[index] = known;
            }

            return new(new AppendResult(outcome, known.Text.Length));
        }
    }

    public ValueTask<bool> ChangeAsync(
        ConversationKey conversation, Guid entry, EntryChange change, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (Find(conversation, entry) is not var (kept, index) || change.Epoch < kept.Entries[index].Epoch)
            {
                return new(false);
            }

            kept.Entries[index] = kept.Entries[index] with { State = change.State, Reason = change.Reason, Withdrawn = change.Withdrawn };
            return new(true);
        }
    }

    public ValueTask<StoredConversation?> ReadAsync(
        ConversationKey conversation, int most, long? before = null, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (!_kept.TryGetValue(conversation, out var kept))
            {
                return new((StoredConversation?)null);
            }

            var end = kept.Entries.Count;
            if (kept.Entries is [var oldest, ..] && before is { } ordinal)
            {
                end = (int)Math.Clamp(ordinal - oldest.Ordinal, 0, end);
            }

            var first = Math.Max(0, end - most);
            return new(new StoredConversation(kept.Summarize(conversation.Id), kept.Entries[first..end]));
        }
    }

    public ValueTask<IReadOnlyList<ConversationSummary>> ListAsync(string owner, int most, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            var theirs = _kept.Where(pair => pair.Key.Owner == owner).Select(pair => pair.Value.Summarize(pair.Key.Id));
            return new([.. theirs.OrderByDescending(summary => summary.ChangedAt).Take(most)]);
        }
    }

    public ValueTask<bool> RenameAsync(ConversationKey conversation, string? title, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (!_kept.TryGetValue(conversation, out var kept))
            {
                return new(false);
            }

            kept.Title = title;
            return new(true);
        }
    }

    public ValueTask<string?> ProposeTitleAsync(ConversationKey conversation, string title, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return new(_kept.TryGetValue(conversation, out var kept) ? kept.Title ??= title : null);
        }
    }

    public ValueTask SetPausedAsync(ConversationKey conversation, bool paused, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            FindOrMake(conversation).IsPaused = paused;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> DeleteAsync(ConversationKey conversation, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return new(_kept.Remove(conversation));
        }
    }

    public ValueTask<int> DeleteAllAsync(string owner, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            var theirs = _kept.Keys.Where(key => key.Owner == owner).ToList();
            theirs.ForEach(key => _kept.Remove(key));
            return new(theirs.Count);
        }
    }

    public ValueTask<IReadOnlyList<ConversationKey>> FindExpiredAsync(
        DateTimeOffset unchangedSince, int maxPerOwner, int most, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            var tooMany = _kept
                .GroupBy(pair => pair.Key.Owner)
                .SelectMany(theirs => theirs.OrderByDescending(pair => pair.Value.ChangedAt).Skip(maxPerOwner));
            var old = tooMany.UnionBy(_kept.Where(pair => pair.Value.ChangedAt < unchangedSince), pair => pair.Key);
            return new([.. old.OrderBy(pair => pair.Value.ChangedAt).Take(most).Select(pair => pair.Key)]);
        }
    }

    public ValueTask<int> TrimAsync(int maxPerConversation, int most, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            var trimmed = 0;
            foreach (var kept in _kept.Values)
            {
                var tooMany = Math.Min(
                    kept.Entries.TakeWhile(entry => entry.Ordinal <= kept.LastOrdinal - maxPerConversation).Count(), most - trimmed);
                kept.Entries.RemoveRange(0, tooMany);
                trimmed += tooMany;
            }

            return new(trimmed);
        }
    }

    private long Add(Kept kept, StoredEntry entry)
    {
        if (kept.Find(entry.Id) is { } known)
        {
            return kept.Entries[known].Ordinal;
        }

        kept.ChangedAt = time.GetUtcNow();
        kept.Entries.Add(entry with { Ordinal = ++kept.LastOrdinal });
        if (kept.Entries.Count > 2 * entries)
        {
            // In bulk, because a list moves all that stays.
            kept.Entries.RemoveRange(0, kept.Entries.Count - entries);
        }

        return kept.LastOrdinal;
    }

    private Kept FindOrMake(ConversationKey conversation)
    {
        if (_kept.TryGetValue(conversation, out var known))
        {
            return known;
        }

        if (_kept.Count >= conversations)
        {
            ForgetOldest();
        }

        return _kept[conversation] = new Kept { ChangedAt = time.GetUtcNow() };
    }

    /// <summary>Drops a tenth at once, so that a busy server sorts the list once in a thousand newcomers and not for each.</summary>
    private void ForgetOldest()
    {
        foreach (var (key, _) in _kept.OrderBy(pair => pair.Value.ChangedAt).Take(Math.Max(1, conversations / 10)).ToList())
        {
            _kept.Remove(key);
        }
    }

    private (Kept Kept, int Index)? Find(ConversationKey conversation, Guid entry) =>
        _kept.TryGetValue(conversation, out var kept) && kept.Find(entry) is { } index ? (kept, index) : null;

    private sealed class Kept
    {
        public List<StoredEntry> Entries { get; } = [];

        public long LastOrdinal { get; set; }

        public string? Title { get; set; }

        public bool IsPaused { get; set; }

        public DateTimeOffset ChangedAt { get; set; }

        /// <summary>Finds an entry. Searches from the end: it is nearly always one of the last.</summary>
        public int? Find(Guid id) => Entries.FindLastIndex(entry => entry.Id == id) is var index and >= 0 ? index : null;

        public ConversationSummary Summarize(ConversationId id) => new(id, Title, IsPaused, ChangedAt);
    }
}
