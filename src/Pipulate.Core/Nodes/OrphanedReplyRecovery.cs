using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipulate.Generation;

namespace Pipulate.Nodes;

/// <summary>
/// Keeps the leases of this node, and sees to what waits at nodes that are gone, or is asked for at others. Without other nodes it does
/// nothing.
/// </summary>
internal sealed partial class OrphanedReplyRecovery(
    ChatQueue queue,
    TimeProvider time,
    ILogger<OrphanedReplyRecovery> logger,
    NodeLink nodes,
    IReplyLeaseStore? ledger = null) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>The others look too.</summary>
    private const int AtOnce = 20;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        nodes.RegenerationRequested += (conversation, answer) => queue.RegenerateLocally(conversation, answer);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (ledger is null)
        {
            return;
        }

        using var tick = new PeriodicTimer(Interval, time);
        try
        {
            while (await tick.WaitForNextTickAsync(stoppingToken))
            {
                await LookAsync(ledger, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task LookAsync(IReplyLeaseStore ledger, CancellationToken stopping)
    {
        try
        {
            using var limit = new CancellationTokenSource(Interval, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
            await ledger.RenewAsync(either.Token);
            foreach (var (conversation, entries) in await ledger.TakeOverAsync(AtOnce, either.Token))
            {
                LogTakenOver(conversation.Id, entries.Count);
                if (!await queue.AddPendingRepliesAsync(conversation.Id, entries, either.Token))
                {
                    await ledger.ReleaseAsync(conversation, either.Token);
                }
            }
        }
        catch (Exception exception)
        {
            // The store is away, and the keeper says so aloud.
            LogAway(exception.GetType().Name);
        }
    }

    [LoggerMessage(
        1,
        LogLevel.Information,
        "{Entries} entries of conversation {Conversation} have waited for an answer that nobody gives: this node takes over.")]
    private partial void LogTakenOver(ConversationId conversation, int entries);

    [LoggerMessage(2, LogLevel.Debug, "What waits at other nodes could not be looked for: {Problem}.")]
    private partial void LogAway(string problem);
}
