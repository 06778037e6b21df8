using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipulate.Conversations;
using Pipulate.Localization;
using Pipulate.Telemetry;

namespace Pipulate.Generation;

/// <summary>
/// Lets the model speak where an answer is due: one answer at a time in a conversation, a few at once in the process.
/// A failing answer ends that answer only.
/// </summary>
internal sealed partial class ReplyScheduler(
    ChatQueue queue,
    CommentPolicy schedule,
    ReplyGenerator generation,
    ContextWindows contexts,
    ReplyCoordinator turns,
    GenerationLimiter line,
    PipulateMetrics metrics,
    TimeProvider time,
    ILogger<ReplyScheduler> logger)
    : BackgroundService, IHostedLifecycleService
{
    /// <summary>How long the pages wait at a shutdown for the answers to be marked as stopped.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stops the answers while the pages are still connected, so that none is left there as if it went on.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(LastWords);
        await StopAsync(patience.Token);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var working = new HashSet<Task>();
        try
        {
            await foreach (var conversation in queue.Due.ReadAllAsync(stoppingToken))
            {
                working.RemoveWhere(task => task.IsCompleted);
                working.Add(AnswerAllAsync(conversation, stoppingToken));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }

        // Each marks its entry as stopped before it ends.
        await Task.WhenAll(working);
    }

    private async Task AnswerAllAsync(Conversation conversation, CancellationToken stopping)
    {
        try
        {
            // The model is to know what was said before the process began.
            await conversation.Loaded;
            do
            {
                conversation.BeginProcessing();
                await AnswerAsync(conversation, stopping);
                await turns.ReleaseAsync(conversation);
            }
            while (!conversation.TryComplete());
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private async Task AnswerAsync(Conversation conversation, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested && conversation.PeekPending() is { } due)
        {
            if (!due.Typed && schedule.GetSuppression(conversation) is { } reason)
            {
                var events = conversation.SkipPendingComments();
                metrics.Suppressed(reason, events.Count);
                LogSuppressed(conversation.Id, events.Count, reason);
                await turns.SkipAsync(conversation, events);
            }
            else if (schedule.GetDelay(conversation, due) is { Ticks: > 0 } rest)
            {
                await RestAsync(conversation, due, rest, stopping);
            }
            else if (!await TakeTurnAsync(conversation, stopping))
            {
                // Another node is answering. Then it may have answered this too.
                await Task.Delay(ReplyCoordinator.RetryDelay, time, stopping);
            }
        }
    }

    /// <summary>Waits for more to come; a person who types ends the wait.</summary>
    private async Task RestAsync(Conversation conversation, PendingReply due, TimeSpan rest, CancellationToken stopping)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Wake() => heard.TrySetResult();
        conversation.ReplyRequested += Wake;
        try
        {
            if (!due.Typed && conversation.PeekPending() is { Typed: true })
            {
                // Typed just before the bell was hung up.
                return;
            }

            await heard.Task.WaitAsync(rest, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            conversation.ReplyRequested -= Wake;
        }
    }

    /// <returns>Whether it was our turn.</returns>
    private async Task<bool> TakeTurnAsync(Conversation conversation, CancellationToken stopping)
    {
        // First a place, then the turn: what comes while all places are taken is answered together.
        if (!await WaitInLineAsync(conversation, stopping))
        {
            conversation.EndQueued();
            return true;
        }

        try
        {
            var (turn, ours) = await turns.BeginAsync(conversation, contexts.Budget, stopping);
            if (turn is not null)
            {
                schedule.RecordGeneration(conversation);
                metrics.Begun(turn);

                // On a thread of its own: a client that works before it first waits must not hold up the other conversations.
                await Task.Run(() => SpeakAsync(conversation, turn, stopping), CancellationToken.None);
                await turns.EndAsync(conversation, turn);
            }

            return ours;
        }
        finally
        {
            line.Release();
        }
    }

    /// <returns>Whether there is a place; else nobody wants the answer any more.</returns>
    private async Task<bool> WaitInLineAsync(Conversation conversation, CancellationToken stopping)
    {
        var waiting = line.Acquire(conversation.ShowQueued);
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

    private async Task SpeakAsync(Conversation conversation, Turn turn, CancellationToken stopping)
    {
        using var span = turn.BeginSpan();
        try
        {
            await generation.RunAsync(conversation, turn, stopping);
        }
        catch (Exception exception)
        {
            // Not foreseen; all the same the page must not wait for ever, and the next thing that happens must get its answer.
            LogBroken(conversation.Id, exception);
            conversation.End(turn.Entry, EntryState.Failed, conversation.Texts[TextKey.BrokeOff]);
        }

        var outcome = conversation.OutcomeOf(turn.Entry);
        metrics.Ended(turn, outcome);
        ReplyTracing.End(span, outcome);
    }

    [LoggerMessage(1, LogLevel.Error, "Answering in conversation {Conversation} broke off.")]
    private partial void LogBroken(ConversationId conversation, Exception exception);

    [LoggerMessage(2, LogLevel.Debug, "{Events} events in conversation {Conversation} stay without a comment: {Reason}.")]
    private partial void LogSuppressed(ConversationId conversation, int events, SuppressionReason reason);
}
