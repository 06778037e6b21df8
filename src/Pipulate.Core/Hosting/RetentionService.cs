using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Connections;
using Pipulate.Storage;

namespace Pipulate.Hosting;

/// <summary>
/// Evicts once a minute the stored conversations that are not in use, and deletes once an hour those that are too old or too many, and
/// entries beyond a number (<see cref="PipulateRetention"/>).
/// </summary>
internal sealed partial class RetentionService(
    ConversationCache directory,
    VisitorConversations conversations,
    IConversationStore store,
    ConnectionRegistry registry,
    IOptions<PipulateOptions> options,
    TimeProvider time,
    ILogger<RetentionService> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Holds how long an unused conversation stays in memory. A user that returns within it can regenerate the newest reply.
    /// </summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(15);

    private const int RunsBetweenDeletes = 60;
    private const int BatchSize = 100;
    private const int TrimBatch = 1_000;

    /// <summary>Covers the model's cooldown, which is known in memory only.</summary>
    private readonly TimeSpan _idle = options.Value.Schedule.Cooldown > Idle ? options.Value.Schedule.Cooldown : Idle;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var tick = new PeriodicTimer(Interval, time);
        try
        {
            for (var minute = 0; await tick.WaitForNextTickAsync(stoppingToken); minute++)
            {
                if (directory.EvictIdle(_idle) is var count and > 0)
                {
                    LogEvicted(count);
                }

                if (minute % RunsBetweenDeletes == 0)
                {
                    await DeleteOldAsync(stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task DeleteOldAsync(CancellationToken stopping)
    {
        var retention = options.Value.Retention;
        var since = retention.Age == TimeSpan.Zero ? DateTimeOffset.MinValue : time.GetUtcNow() - retention.Age;
        try
        {
            for (var more = true; more;)
            {
                var old = await store.FindExpiredAsync(since, retention.ConversationsPerVisitor, BatchSize, stopping);
                var deleted = 0;
                foreach (var key in old)
                {
                    deleted += await TryDeleteAsync(key, stopping) ? 1 : 0;
                }

                if (deleted > 0)
                {
                    LogDeleted(deleted);
                }

                more = old.Count == BatchSize && deleted > 0;
            }

            var trimmed = 0;
            for (var count = TrimBatch; retention.EntriesPerConversation > 0 && count == TrimBatch; trimmed += count)
            {
                count = await store.TrimAsync(retention.EntriesPerConversation, TrimBatch, stopping);
            }

            if (trimmed > 0)
            {
                LogTrimmed(trimmed);
            }
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            // The store is unavailable, which WriteBehindService logs. Tried again in an hour.
            LogPostponed(exception);
        }
    }

    private async Task<bool> TryDeleteAsync(ConversationKey key, CancellationToken stopping)
    {
        if (registry.GetCount(ChatAudience.Conversation(key.Id)) > 0)
        {
            return false;
        }

        if (directory.Peek(key.Id) is not { } opened)
        {
            return await store.DeleteAsync(key, stopping);
        }

        if (opened.Viewers.UnviewedFor < Interval)
        {
            return false;
        }

        await conversations.DeleteAsync(key.Id);
        return true;
    }

    [LoggerMessage(1, LogLevel.Debug, "{Count} idle conversations were evicted from memory.")]
    private partial void LogEvicted(int count);

    [LoggerMessage(
        2,
        LogLevel.Information,
        "{Count} conversations were deleted: they are older, or more of one visitor, than Pipulate:Retention keeps.")]
    private partial void LogDeleted(int count);

    [LoggerMessage(
        4,
        LogLevel.Information,
        "{Count} entries were deleted: they are the oldest of conversations that have more than "
            + "Pipulate:Retention:EntriesPerConversation keeps.")]
    private partial void LogTrimmed(int count);

    [LoggerMessage(3, LogLevel.Warning, "Old conversations could not be deleted. The next attempt is in an hour.")]
    private partial void LogPostponed(Exception exception);
}
