using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipulate.Conversations;
using Pipulate.Localization;

namespace Pipulate.Storage;

/// <summary>
/// Opens conversations with what the store has of them, and writes to it behind them: what is new or has ended at once, what grows every
/// <see cref="CheckpointInterval"/>. Nobody who talks waits for the store. While it is away all goes on from memory, and what it lacks is
/// written when it is back.
/// </summary>
internal sealed partial class WriteBehindService(
    IConversationStore store,
    TimeProvider time,
    ILogger<WriteBehindService> logger,
    IConversationLifecycle lifecycle,
    IPendingEntryStore? pendingEntries = null)
    : BackgroundService
{
    /// <summary>With a write that takes up to 100 ms, a killed process loses at most half a second of an answer.</summary>
    public static readonly TimeSpan CheckpointInterval = TimeSpan.FromMilliseconds(400);

    /// <summary>How long a page waits for the history; it comes later then, when the store has it.</summary>
    public static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long a page waits for its message to be stored before it hears that it was taken.</summary>
    public static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(2);

    /// <summary>How long the store may be away before people are told that they are not being saved.</summary>
    public static readonly TimeSpan NoticeDelay = TimeSpan.FromSeconds(10);

    private const string NotSavedNotice = "History is unavailable: what is said now is not saved yet.";
    private const string SavedAgainNotice = "History is available again, and everything is saved.";

    private const int Writers = 4;

    /// <summary>After so many attempts in vain, while others are written, it is the conversation and not the store.</summary>
    private const int MaxRefusals = 5;

    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    private readonly Channel<ConversationWriter> _due = Channel.CreateUnbounded<ConversationWriter>();
    private readonly ConcurrentQueue<ConversationWriter> _growing = new();
    private readonly ConcurrentQueue<ConversationWriter> _failed = new();
    private readonly Lock _gate = new();
    private long? _unavailableSince;
    private long _lastSuccess;

    /// <summary>Gets what stores the entries that wait for a reply; null where this process alone replies.</summary>
    public IPendingEntryStore? PendingEntries => pendingEntries;

    /// <summary>
    /// Whether it is worth waiting for a write: what is kept in memory ends with the process, and a store that is away may be so for long.
    /// </summary>
    public bool CanStore => store is not InMemoryConversationStore && GetUnavailability() is null;

    /// <summary>Whether other nodes speak in the conversations too.</summary>
    public bool IsShared => lifecycle.IsShared;

    /// <summary>
    /// Of how many conversations something is to be stored that cannot wait for the next <see cref="CheckpointInterval"/>.
    /// </summary>
    public int Backlog => _due.Reader.Count + _failed.Count;

    /// <summary>For how long the store has not taken what it was given; null while it does.</summary>
    public TimeSpan? UnavailableFor => GetUnavailability();

    /// <summary>Gives a conversation its history, at once or as soon as the store has answered, and keeps it from now on.</summary>
    public void Track(Conversation conversation)
    {
        var kept = new ConversationWriter(conversation, this, store);
        conversation.Observers = [kept];

        if (IsShared)
        {
            // First followed, then read: what is said in between comes both ways and is the same.
            conversation.BeginBeforeHistory();
            lifecycle.Track(kept);
        }

        try
        {
            kept.Load();
        }
        catch (Exception exception)
        {
            // Tried again by the writers; the chat goes on.
            conversation.BeginBeforeHistory();
            RecordFailure(kept, exception);
        }

        if (!kept.Loaded.IsCompleted)
        {
            conversation.Loaded = WaitAsync(kept.Loaded);
            Schedule(kept);
        }
    }

    /// <summary>The process forgets a conversation. What is not stored yet still is, unless the store is away.</summary>
    public void Untrack(Conversation conversation)
    {
        lifecycle.Untrack(conversation);
        if (ConversationWriter.Of(conversation) is { } kept)
        {
            kept.IsEvicted = true;
        }
    }

    /// <summary>Whether the store has all of a conversation, so that the process can do without it.</summary>
    public static bool IsSaved(Conversation conversation) => ConversationWriter.Of(conversation) is { IsSaved: true };

    /// <summary>Writes what the store lacks of a conversation.</summary>
    /// <returns>A task that ends when that was tried. It never fails.</returns>
    public static Task SaveAsync(Conversation conversation) => ConversationWriter.Of(conversation)?.SaveAsync() ?? Task.CompletedTask;

    /// <summary>For whoever promises that what was said so far outlasts the process.</summary>
    /// <returns>
    /// A task that ends when it is stored. Where that is not to be had soon it ends all the same: the chat goes on while the store is away.
    /// It never fails.
    /// </returns>
    public static Task WaitUntilStoredAsync(Conversation conversation) =>
        ConversationWriter.Of(conversation)?.WaitUntilStoredAsync() ?? Task.CompletedTask;

    /// <summary>
    /// Forgets all events of a conversation, also those that only the store has, because they lie before what it was opened with.
    /// </summary>
    /// <returns>
    /// A task that ends when they are forgotten; where the store is away, soon, and they are forgotten there when it is back. It never
    /// fails.
    /// </returns>
    public static Task ForgetEventsAsync(Conversation conversation)
    {
        conversation.ForgetEvents();
        return ConversationWriter.Of(conversation)?.ForgetEventsAsync() ?? Task.CompletedTask;
    }

    /// <summary>Deletes a conversation: from memory and all pages at once, and from the store.</summary>
    /// <returns>A task that ends when the store has deleted it: where it is away, when it is back.</returns>
    public static Task DeleteAsync(Conversation conversation)
    {
        var kept = ConversationWriter.Of(conversation);
        kept?.AnnounceDeletion();
        conversation.Delete(TextKey.ConversationDeleted);
        return kept?.DeleteAsync() ?? Task.CompletedTask;
    }

    /// <summary>For whoever finds a conversation gone.</summary>
    /// <returns>A task that ends when the store has deleted it too.</returns>
    public static Task WaitUntilDeletedAsync(Conversation conversation) =>
        ConversationWriter.Of(conversation)?.Deleted ?? Task.CompletedTask;

    /// <summary>A conversation is not in the store any more, which the other nodes do not know yet.</summary>
    public void AnnounceDeleted(ConversationId conversation) => lifecycle.AnnounceDeleted(conversation);

    /// <summary>Another node has deleted a conversation.</summary>
    public void OnDeleted(Conversation conversation) => lifecycle.OnDeleted(conversation);

    public void Schedule(ConversationWriter kept)
    {
        if (kept.TrySchedule())
        {
            _due.Writer.TryWrite(kept);
        }
    }

    public void ScheduleCheckpoint(ConversationWriter kept) => _growing.Enqueue(kept);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ending = new CancellationTokenSource();
        var writing =
            Enumerable.Range(0, Writers).Select(_ => Task.Run(() => WriteAllAsync(ending.Token), CancellationToken.None)).ToList();
        using var tick = new PeriodicTimer(CheckpointInterval, time);
        try
        {
            while (await tick.WaitForNextTickAsync(stoppingToken))
            {
                WriteGrowing();
                Retry();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }

        // The answers were stopped before: these are the last words.
        ending.CancelAfter(ShutdownTimeout);
        WriteGrowing();
        while (_failed.TryDequeue(out var kept))
        {
            _due.Writer.TryWrite(kept);
        }

        _due.Writer.Complete();
        await Task.WhenAll(writing);
        if (!_failed.IsEmpty)
        {
            LogLost(_failed.Count);
        }
    }

    /// <summary>Waits for a write, but not for ever. Never fails.</summary>
    public async Task WaitForAsync(Task writing) =>
        await writing.WaitAsync(StoreTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task WaitAsync(Task opened) =>
        await opened.WaitAsync(LoadTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void WriteGrowing()
    {
        for (var count = _growing.Count; count > 0 && _growing.TryDequeue(out var kept); count--)
        {
            kept.BeginCheckpoint();
            Schedule(kept);
        }
    }

    /// <summary>While the store is away one conversation asks for all.</summary>
    private void Retry()
    {
        var away = GetUnavailability();
        var asking = away is null ? _failed.Count : 1;
        for (var count = _failed.Count; count > 0 && _failed.TryDequeue(out var kept); count--)
        {
            if (away is not null && kept.IsEvicted && !kept.IsBeingDeleted)
            {
                LogAbandoned(kept.Conversation.Id, kept.Abandon());
                continue;
            }

            if (away > NoticeDelay && !kept.IsNoticeShown)
            {
                kept.IsNoticeShown = true;
                kept.Conversation.AddNotice(NotSavedNotice, evenIfKnown: true);
            }

            if (asking-- > 0)
            {
                _due.Writer.TryWrite(kept);
            }
            else
            {
                _failed.Enqueue(kept);
            }
        }
    }

    private async Task WriteAllAsync(CancellationToken ending)
    {
        await foreach (var kept in _due.Reader.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                while (!await WriteAsync(kept, ending) || !kept.TryComplete())
                {
                    // More came, or there was more than one round takes.
                }

                RecordSuccess(kept);
            }
            catch (Exception exception)
            {
                RecordFailure(kept, exception);
                _failed.Enqueue(kept);
            }
        }
    }

    private async Task<bool> WriteAsync(ConversationWriter kept, CancellationToken ending)
    {
        using var limit = new CancellationTokenSource(WriteTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ending);
        return await kept.WriteAsync(either.Token);
    }

    private TimeSpan? GetUnavailability()
    {
        lock (_gate)
        {
            return _unavailableSince is { } since ? time.GetElapsedTime(since) : null;
        }
    }

    private void RecordSuccess(ConversationWriter kept)
    {
        lock (_gate)
        {
            _lastSuccess = time.GetTimestamp();
            kept.LastFailure = null;
            kept.Rejections = 0;
            if (_unavailableSince is { } since)
            {
                _unavailableSince = null;
                LogAvailable(time.GetElapsedTime(since).TotalSeconds);
            }
        }

        if (kept.IsNoticeShown)
        {
            kept.IsNoticeShown = false;
            kept.Conversation.AddNotice(SavedAgainNotice, evenIfKnown: true);
        }
    }

    private void RecordFailure(ConversationWriter kept, Exception exception)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (kept.LastFailure is { } before && _lastSuccess > before)
            {
                kept.LastFailure = now;
                if (++kept.Rejections >= MaxRefusals)
                {
                    LogRejected(kept.Conversation.Id, kept.Abandon(), exception);
                    kept.Rejections = 0;
                }

                return;
            }

            kept.LastFailure = now;
            if (_unavailableSince is null)
            {
                _unavailableSince = now;
                LogUnavailable(exception);
            }
        }
    }

    [LoggerMessage(
        1,
        LogLevel.Error,
        "Conversations cannot be stored. The chat goes on, and what is missing is stored when the store is back; what is said "
            + "meanwhile is lost if this process ends.")]
    private partial void LogUnavailable(Exception exception);

    [LoggerMessage(2, LogLevel.Information, "Conversations are stored again, after {Seconds:0.0} s.")]
    private partial void LogAvailable(double seconds);

    [LoggerMessage(
        3,
        LogLevel.Error,
        "The store takes other conversations, but not conversation {Conversation}: {Entries} entries of it are given up.")]
    private partial void LogRejected(ConversationId conversation, int entries, Exception exception);

    [LoggerMessage(
        4, LogLevel.Warning, "Conversation {Conversation} is forgotten while the store is away: {Entries} entries of it are lost.")]
    private partial void LogAbandoned(ConversationId conversation, int entries);

    [LoggerMessage(
        5, LogLevel.Warning, "The process ends while the store is away: what was said last in {Conversations} conversations is lost.")]
    private partial void LogLost(int conversations);
}
