using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipulate.Generation;

namespace Pipulate.Nodes;

/// <summary>
/// Renews the leases of this node, takes over replies that wait on nodes that have ended, and regenerates answers that other nodes ask for.
/// Without other nodes it does nothing.
/// </summary>
internal sealed partial class OrphanedReplyRecovery(
    ChatQueue queue,
    TimeProvider time,
    ILogger<OrphanedReplyRecovery> logger,
    NodeLink nodes,
    IReplyLeaseStore? ledger = null) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Caps how many are taken over at once, because the other nodes take over too.</summary>
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
            // The store is unavailable, which WriteBehindService logs.
            LogAway(exception.GetType().Name);
        }
    }

    [LoggerMessage(
        1,
        LogLevel.Information,
        "The node that owed an answer to {Entries} entries of conversation {Conversation} has ended: this node takes over.")]
    private partial void LogTakenOver(ConversationId conversation, int entries);

    [LoggerMessage(2, LogLevel.Debug, "Replies that wait on ended nodes could not be read: {Problem}.")]
    private partial void LogAway(string problem);
}
