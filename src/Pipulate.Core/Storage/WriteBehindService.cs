using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipulate.Localization;

namespace Pipulate.Storage;

/// <summary>
/// Writes conversations to the store behind their users: what is new or has ended at once, what grows every
/// <see cref="CheckpointInterval"/>. No reply and no message waits for the store. While it is unavailable the chat goes on from memory, and
/// what the store lacks is written when it is available again.
/// </summary>
internal sealed partial class WriteBehindService(
    IConversationStore store,
    TimeProvider time,
    ILogger<WriteBehindService> logger)
    : BackgroundService, IWriteQueue
{
    /// <summary>
    /// Sets how often growing text is written. With a write of up to 100 ms, a killed process loses at most half a second of an answer.
    /// </summary>
    public static readonly TimeSpan CheckpointInterval = TimeSpan.FromMilliseconds(400);

    /// <summary>Limits how long the store may be unavailable before conversations show that they are not being saved.</summary>
    public static readonly TimeSpan NoticeDelay = TimeSpan.FromSeconds(10);

    private const int Writers = 4;

    /// <summary>Limits the failures while others are written: after that, the conversation is the cause and not the store.</summary>
    private const int MaxRefusals = 5;

    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    private readonly Channel<ConversationWriter> _due = Channel.CreateUnbounded<ConversationWriter>();
    private readonly ConcurrentQueue<ConversationWriter> _growing = new();
    private readonly ConcurrentQueue<ConversationWriter> _failed = new();
    private readonly Lock _gate = new();
    private long? _unavailableSince;
    private long _lastSuccess;

    /// <summary>
    /// Gets a value indicating whether a caller should wait for a write: a store in memory ends with the process, and an unavailable one
    /// may stay so for long.
    /// </summary>
    public bool CanStore => store is not InMemoryConversationStore && GetUnavailability() is null;

    /// <summary>Gets how many conversations have something to store before the next <see cref="CheckpointInterval"/>.</summary>
    public int Backlog => _due.Reader.Count + _failed.Count;

    /// <summary>Gets for how long the store has been unavailable; null while it is available.</summary>
    public TimeSpan? UnavailableFor => GetUnavailability();

    public void Schedule(ConversationWriter writer)
    {
        if (writer.TrySchedule())
        {
            _due.Writer.TryWrite(writer);
        }
    }

    public void ScheduleCheckpoint(ConversationWriter writer) => _growing.Enqueue(writer);

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

        // The replies were stopped before, so nothing is added after this.
        ending.CancelAfter(ShutdownTimeout);
        WriteGrowing();
        while (_failed.TryDequeue(out var writer))
        {
            _due.Writer.TryWrite(writer);
        }

        _due.Writer.Complete();
        await Task.WhenAll(writing);
        if (!_failed.IsEmpty)
        {
            LogLost(_failed.Count);
        }
    }

    private void WriteGrowing()
    {
        for (var count = _growing.Count; count > 0 && _growing.TryDequeue(out var writer); count--)
        {
            writer.BeginCheckpoint();
            Schedule(writer);
        }
    }

    /// <summary>Schedules what has failed. While the store is unavailable, one conversation tries it for all.</summary>
    private void Retry()
    {
        var away = GetUnavailability();
        var asking = away is null ? _failed.Count : 1;
        for (var count = _failed.Count; count > 0 && _failed.TryDequeue(out var writer); count--)
        {
            if (away is not null && writer.IsEvicted && !writer.IsBeingDeleted)
            {
                LogAbandoned(writer.Conversation.Id, writer.Abandon());
                continue;
            }

            if (away > NoticeDelay && !writer.IsNoticeShown)
            {
                writer.IsNoticeShown = true;
                AddNotice(writer, TextKey.NotSaved);
            }

            if (asking-- > 0)
            {
                _due.Writer.TryWrite(writer);
            }
            else
            {
                _failed.Enqueue(writer);
            }
        }
    }

    private async Task WriteAllAsync(CancellationToken ending)
    {
        await foreach (var writer in _due.Reader.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                while (!await WriteAsync(writer, ending) || !writer.TryComplete())
                {
                    // More came, or there was more than one round takes.
                }

                RecordSuccess(writer);
            }
            catch (Exception exception)
            {
                RecordFailure(writer, exception);
                _failed.Enqueue(writer);
            }
        }
    }

    private async Task<bool> WriteAsync(ConversationWriter writer, CancellationToken ending)
    {
        using var limit = new CancellationTokenSource(WriteTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ending);
        return await writer.WriteAsync(either.Token);
    }

    private TimeSpan? GetUnavailability()
    {
        lock (_gate)
        {
            return _unavailableSince is { } since ? time.GetElapsedTime(since) : null;
        }
    }

    private void RecordSuccess(ConversationWriter writer)
    {
        lock (_gate)
        {
            _lastSuccess = time.GetTimestamp();
            writer.LastFailure = null;
            writer.Rejections = 0;
            if (_unavailableSince is { } since)
            {
                _unavailableSince = null;
                LogAvailable(time.GetElapsedTime(since).TotalSeconds);
            }
        }

        if (writer.IsNoticeShown)
        {
            writer.IsNoticeShown = false;
            AddNotice(writer, TextKey.SavedAgain);
        }
    }

    private static void AddNotice(ConversationWriter writer, TextKey text)
    {
        var conversation = writer.Conversation;
        conversation.AddNotice(conversation.Texts[text], evenIfKnown: true);
    }

    /// <summary>Records a failed read or write, and decides whether the store or the conversation is the cause.</summary>
    public void RecordFailure(ConversationWriter writer, Exception exception)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (writer.LastFailure is { } before && _lastSuccess > before)
            {
                writer.LastFailure = now;
                if (++writer.Rejections >= MaxRefusals)
                {
                    LogRejected(writer.Conversation.Id, writer.Abandon(), exception);
                    writer.Rejections = 0;
                }

                return;
            }

            writer.LastFailure = now;
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
