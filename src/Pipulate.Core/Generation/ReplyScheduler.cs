using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipulate.Conversations;
using Pipulate.Localization;
using Pipulate.Telemetry;

namespace Pipulate.Generation;

/// <summary>
/// Schedules replies: one at a time in a conversation, and a limited number at once in the process. A failure ends one reply only.
/// </summary>
internal sealed partial class ReplyScheduler(
    ChatQueue queue,
    CommentPolicy policy,
    ReplyGenerator generator,
    ReplyCoordinator coordinator,
    GenerationLimiter limiter,
    PipulateMetrics metrics,
    TimeProvider time,
    ILogger<ReplyScheduler> logger)
    : BackgroundService, IHostedLifecycleService
{
    /// <summary>Caps how long a shutdown waits for the replies to be marked as stopped.</summary>
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(1);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stops the replies while the pages are still connected, so that each page shows them as stopped.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ShutdownLimit);
        await StopAsync(limit.Token);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new HashSet<Task>();
        try
        {
            await foreach (var conversation in queue.Due.ReadAllAsync(stoppingToken))
            {
                running.RemoveWhere(task => task.IsCompleted);
                running.Add(ReplyToAllAsync(conversation, stoppingToken));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }

        // Each marks its entry as stopped before it ends.
        await Task.WhenAll(running);
    }

    private async Task ReplyToAllAsync(Conversation conversation, CancellationToken stopping)
    {
        try
        {
            // The model is given what was said before the process began, too.
            await conversation.Loaded;
            do
            {
                conversation.Turns.BeginProcessing();
                await ReplyToPendingAsync(conversation, stopping);
                await coordinator.ReleaseAsync(conversation);
            }
            while (!conversation.Turns.TryComplete());
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private async Task ReplyToPendingAsync(Conversation conversation, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested && conversation.Turns.PeekPending() is { } pending)
        {
            if (!pending.Typed && policy.GetSuppression(conversation) is { } reason)
            {
                var events = conversation.Turns.SkipPendingComments();
                metrics.Suppressed(reason, events.Count);
                LogSuppressed(conversation.Id, events.Count, reason);
                await coordinator.SkipAsync(conversation, events);
            }
            else if (policy.GetDelay(conversation, pending) is { Ticks: > 0 } delay)
            {
                await DelayAsync(conversation, pending, delay, stopping);
            }
            else if (!await TryReplyAsync(conversation, stopping))
            {
                // Another node is replying. It may have replied to this too by the time of the next attempt.
                await Task.Delay(ReplyCoordinator.RetryDelay, time, stopping);
            }
        }
    }

    /// <summary>Waits for further events; a message of a user ends the wait.</summary>
    private async Task DelayAsync(Conversation conversation, PendingReply pending, TimeSpan delay, CancellationToken stopping)
    {
        var requested = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnRequested() => requested.TrySetResult();
        conversation.ReplyRequested += OnRequested;
        try
        {
            if (!pending.Typed && conversation.Turns.PeekPending() is { Typed: true })
            {
                // The message came before the handler was attached.
                return;
            }

            await requested.Task.WaitAsync(delay, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            conversation.ReplyRequested -= OnRequested;
        }
    }

    /// <returns>Whether this node may reply in the conversation; otherwise another one does.</returns>
    private async Task<bool> TryReplyAsync(Conversation conversation, CancellationToken stopping)
    {
        // The place comes before the turn, so that one reply covers what arrives while all places are taken.
        if (!await WaitForPlaceAsync(conversation, stopping))
        {
            conversation.Turns.EndQueued();
            return true;
        }

        try
        {
            var (turn, ours) = await coordinator.BeginAsync(conversation, generator.Budget, stopping);
            if (turn is not null)
            {
                policy.RecordGeneration(conversation);
                metrics.Begun(turn);

                // On another thread, because a client that works before it first awaits must not hold up the other conversations.
                await Task.Run(() => GenerateAsync(conversation, turn, stopping), CancellationToken.None);
                await coordinator.EndAsync(conversation, turn);
            }

            return ours;
        }
        finally
        {
            limiter.Release();
        }
    }

    /// <returns>Whether there is a place; false where the reply was stopped while it waited.</returns>
    private async Task<bool> WaitForPlaceAsync(Conversation conversation, CancellationToken stopping)
    {
        var waiting = limiter.Acquire(conversation.Turns.ShowQueued);
        conversation.Stopped += waiting.GiveUp;
        await using var leaving = stopping.Register(() => conversation.Stop(TextKey.StoppedByShutdown));
        try
        {
            return await waiting.Granted;
        }
        finally
        {
            conversation.Stopped -= waiting.GiveUp;
        }
    }

    private async Task GenerateAsync(Conversation conversation, Turn turn, CancellationToken stopping)
    {
        using var span = turn.BeginSpan();
        try
        {
            await generator.RunAsync(conversation, turn, stopping);
        }
        catch (Exception exception)
        {
            // A fault of this library. The entry must not stay open all the same, and the next event must get its reply.
            LogBroken(conversation.Id, exception);
            conversation.End(turn.Entry, EntryState.Failed, conversation.Texts[TextKey.BrokeOff]);
        }

        var outcome = conversation.OutcomeOf(turn.Entry);
        metrics.Ended(turn, outcome);
        ReplyTracing.End(span, outcome);
    }

    [LoggerMessage(1, LogLevel.Error, "A reply in conversation {Conversation} failed unexpectedly. The chat panel shows it as failed.")]
    private partial void LogBroken(ConversationId conversation, Exception exception);

    [LoggerMessage(2, LogLevel.Debug, "{Events} events in conversation {Conversation} get no comment ({Reason}).")]
    private partial void LogSuppressed(ConversationId conversation, int events, SuppressionReason reason);
}
