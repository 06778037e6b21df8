using Pipulate.Rendering.Words;

namespace Pipulate.Conversations.Keeping;

/// <summary>
/// A conversation and what the store has of it. Nothing is queued for the store: each round writes what is missing from there to the conversation as it is now, the way a page
/// is written to. So a store that is slow or away gets fewer and larger writes, costs no memory, and what was tried without an answer is tried again.
/// </summary>
internal sealed class KeptConversation(Conversation conversation, ConversationKeeper keeper, IConversationStore store) : IConversationRecorder
{
    /// <summary>How many entries a conversation is opened with: more than a page shows or a model is told.</summary>
    public const int Window = 200;

    /// <summary>How many entries are written in one round, which has a time limit.</summary>
    private const int RoundEntries = 1_000;

    private const int Resting = 0;
    private const int Working = 1;
    private const int DueAgain = 2;

    /// <summary>There is one conversation for each visitor yet, so its id says whose it is.</summary>
    private readonly ConversationKey _key = new(conversation.Id.Value, conversation.Id);

    /// <summary>Guarded by the conversation's lock.</summary>
    private readonly HashSet<ConversationEntry> _changed = [];
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<StoredConversation?>? _opening;
    private bool _pauseChanged;
    private int _due;
    private int _growing;

    public Conversation Conversation => conversation;

    /// <summary>Done once the conversation has what was said before.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Forgotten by the process: where the store is away, what is not stored is given up.</summary>
    public bool IsLetGo { get; set; }

    /// <summary>Whether the people at its pages were told that it is not being saved.</summary>
    public bool IsTold { get; set; }

    /// <summary>How often it was tried in vain although others were written meanwhile.</summary>
    public int Refusals { get; set; }

    /// <summary>When it was last tried in vain, as a timestamp; null after a success.</summary>
    public long? LastFailure { get; set; }

    /// <summary>Begins to read what was said before. A store that has it at hand is done when this returns.</summary>
    public void Open()
    {
        var reading = store.ReadAsync(_key, Window);
        if (reading.IsCompletedSuccessfully)
        {
            Recall(reading.Result);
        }
        else
        {
            conversation.BeginAhead();
            _opening = reading.AsTask();
        }
    }

    public void Note(ConversationEntry? entry)
    {
        if (entry is null)
        {
            _pauseChanged = true;
        }
        else
        {
            _changed.Add(entry);
        }

        if (entry is { State: EntryState.Streaming, Text.Length: > 0 })
        {
            if (Interlocked.Exchange(ref _growing, 1) == 0)
            {
                keeper.NoteGrowing(this);
            }
        }
        else
        {
            keeper.NoteDue(this);
        }
    }

    /// <summary>Says that there is something to write.</summary>
    /// <returns>Whether somebody must be sent to write it; else somebody is on it and will look again.</returns>
    public bool TryRouse() => Interlocked.Exchange(ref _due, DueAgain) == Resting;

    /// <summary>Says that all is written.</summary>
    /// <returns>Whether that is so; else something came meanwhile.</returns>
    public bool TryRest() => Interlocked.CompareExchange(ref _due, Resting, Working) == Working;

    /// <summary>Says that what grows is looked at now: what grows from here on is to be said again.</summary>
    public void NoteCheckpoint() => Volatile.Write(ref _growing, 0);

    /// <summary>Writes what the store lacks. Where it fails, what is not written yet is written the next time.</summary>
    /// <returns>Whether that was all; else there is more for another round.</returns>
    public async Task<bool> WriteAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _due, Working);
        if (!_opened.Task.IsCompleted)
        {
            await OpenAsync(cancellationToken);
        }

        var pauseChanged = Take(out var changed);
        var written = 0;
        try
        {
            if (pauseChanged)
            {
                await PauseAsync(cancellationToken);
            }

            for (; written < changed.Count; written++)
            {
                await WriteAsync(changed[written], cancellationToken);
            }
        }
        catch
        {
            lock (conversation.Gate)
            {
                _changed.UnionWith(changed.Skip(written));
            }

            throw;
        }

        return changed.Count < RoundEntries;
    }

    /// <summary>Gives up what is not written.</summary>
    /// <returns>How many entries that were.</returns>
    public int GiveUp()
    {
        lock (conversation.Gate)
        {
            var lost = _changed.Count;
            _changed.Clear();
            _pauseChanged = false;
            return lost;
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var opening = _opening ?? store.ReadAsync(_key, Window, cancellationToken: cancellationToken).AsTask();
        _opening = null;
        Recall(await opening.WaitAsync(cancellationToken));
    }

    private void Recall(StoredConversation? stored)
    {
        var entries = stored?.Entries.Where(entry => !entry.Withdrawn).Select(Revive).ToList() ?? [];
        conversation.Recall(entries, stored?.Summary.IsPaused ?? false);
        foreach (var entry in entries.Where(entry => entry.Kept!.Rest.State is EntryState.Streaming))
        {
            Touch(entry);
        }

        _opened.TrySetResult();
    }

    private void Touch(ConversationEntry entry)
    {
        lock (conversation.Gate)
        {
            Note(entry);
        }
    }

    /// <summary>What was streaming when the process died will not go on.</summary>
    private ConversationEntry Revive(StoredEntry stored)
    {
        var broken = stored.State is EntryState.Streaming;
        var entry = new ConversationEntry(checked((int)stored.Ordinal), stored.Role, broken ? EntryState.Stopped : stored.State, stored.At)
        {
            Epoch = stored.Epoch + (broken ? 1 : 0),
            Kind = stored.Kind,
            Voice = stored.Voice,
            Reason = broken ? conversation.Look.Words[Label.StoppedByRestart] : stored.Reason,
            MessageId = stored.MessageId,
            Kept = KeptEntry.Of(stored),
        };
        entry.Text.Set(stored.Text);
        return entry;
    }

    private bool Take(out List<ConversationEntry> changed)
    {
        lock (conversation.Gate)
        {
            changed = [.. _changed.OrderBy(entry => entry.Ordinal).Take(RoundEntries)];
            _changed.ExceptWith(changed);
            return _pauseChanged;
        }
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        var paused = conversation.IsPaused;
        await store.PauseAsync(_key, paused, cancellationToken);
        lock (conversation.Gate)
        {
            _pauseChanged = conversation.IsPaused != paused;
        }
    }

    private async Task WriteAsync(ConversationEntry entry, CancellationToken cancellationToken)
    {
        var kept = entry.Kept ??= KeptEntry.Before(Look(entry, Guid.CreateVersion7()));
        if (kept.Unconfirmed is { } first)
        {
            await store.AddAsync(_key, first, cancellationToken);
            kept.NoteAdded();
        }

        var now = Look(entry, kept.Id);
        if (now.Epoch != kept.Rest.Epoch || now.Text.Length != kept.Length)
        {
            await WriteTextAsync(kept, now, cancellationToken);
        }

        if (KeptEntry.RestOf(now) is var rest && rest != kept.Rest)
        {
            // Not taken where it was deleted, or where another process has gone on with it: then there is nothing to say any more.
            await store.ChangeAsync(_key, kept.Id, rest, cancellationToken);
            kept.NoteRest(rest);
        }
    }

    /// <summary>What has grown is appended; a later epoch comes whole, and so does what the store turns out to lack.</summary>
    private async Task WriteTextAsync(KeptEntry kept, StoredEntry now, CancellationToken cancellationToken)
    {
        var from = now.Epoch == kept.Rest.Epoch && now.Text.Length > kept.Length ? kept.Length : 0;
        var result = await store.AppendAsync(_key, kept.Id, new TextPiece(now.Epoch, from, now.Text[from..]), cancellationToken);
        if (result.Outcome is AppendOutcome.Gap)
        {
            await store.AppendAsync(_key, kept.Id, new TextPiece(now.Epoch, 0, now.Text), cancellationToken);
        }

        kept.NoteText(now.Epoch, now.Text.Length);
    }

    private StoredEntry Look(ConversationEntry entry, Guid id)
    {
        lock (conversation.Gate)
        {
            return new StoredEntry
            {
                Id = id,
                Role = entry.Role,
                State = entry.State,
                At = entry.At,
                Epoch = entry.Epoch,
                Text = entry.Text.ToString(),
                Withdrawn = entry.Withdrawn,
                Kind = Clean(entry.Kind),
                Voice = Clean(entry.Voice),
                Reason = Clean(entry.Reason),
                MessageId = Clean(entry.MessageId),
            };
        }
    }

    /// <summary>As the text of an entry is cleaned: a page chooses its message's id, and a database refuses NUL.</summary>
    private static string? Clean(string? value)
    {
        if (value is null)
        {
            return null;
        }

        var text = new EntryText();
        text.Set(value);
        return text.ToString();
    }
}
