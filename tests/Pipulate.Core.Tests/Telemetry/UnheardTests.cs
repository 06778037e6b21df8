using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Conversations.History;
using Pipulate.Telemetry;

namespace Pipulate.Tests.Telemetry;

/// <summary>Where nobody listens, telling costs nothing that has to be collected.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class UnheardTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Event_WhereNobodyTraces_DoesNotKeepItsRequest()
    {
        using var request = new Activity("request").Start();

        var entry = new Conversation(new ConversationId("a"), TimeProvider.System).AddMessage(
            EntryRole.Event, "They bought \"milk\".", wantsAnswer: true);

        Assert.Null(entry.Cause);
    }

    [Fact]
    public void Metrics_WhereNobodyListens_AllocateNothing()
    {
        var metrics = new PipulateMetrics(_services.GetRequiredService<IMeterFactory>(), TimeProvider.System);
        var conversation = new Conversation(new ConversationId("a"), TimeProvider.System);
        conversation.AddMessage(EntryRole.Event, "They bought \"milk\".", wantsAnswer: true);
        var turn = conversation.Turns.Begin()!;
        TellAll(metrics, turn);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            TellAll(metrics, turn);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void TellAll(PipulateMetrics metrics, Turn turn)
    {
        _ = ReplyTracing.Cause;
        metrics.Suppressed(SuppressionReason.Chance, 1);
        metrics.Truncated(TruncationReason.Full);
        metrics.Begun(turn.AnswersUser, turn.Events, turn.Since);
        metrics.Ended(turn.AnswersUser, "complete");
        metrics.Refused("origin");
        metrics.Evicted(EvictionReason.Slow);
        metrics.Resynced(ResyncKind.Snapshot);
    }
}
