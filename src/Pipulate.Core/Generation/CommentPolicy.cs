using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;
using Pipulate.Telemetry;
using Pipulate.Threading;

namespace Pipulate.Generation;

/// <summary>
/// The model's manners: whether it comments at all, and how long it waits for more. All decisions are taken here, none is carried out.
/// </summary>
internal sealed class CommentPolicy(IOptions<PipulateOptions> options, TimeProvider time, Random random, IReplyCoordination nodes)
{
    /// <summary>A page that loads the next one is back by then; until then nobody looking means nothing.</summary>
    private static readonly TimeSpan BetweenPages = TimeSpan.FromSeconds(10);

    /// <summary>Who never pauses is commented on all the same, after so many times the pause.</summary>
    private const int Patience = 5;

    private readonly long _begun = time.GetTimestamp();
    private readonly PipulateSchedule _schedule = options.Value.Schedule;
    private readonly SlidingWindowLimiter _ofAll = new(options.Value.Limits.GenerationsPerMinute, time);
    private readonly ConditionalWeakTable<Conversation, SlidingWindowLimiter> _ofEach = [];

    /// <summary>Whether an event gets its chance of a comment.</summary>
    public bool ShouldComment() => _schedule.Chance >= 1 || random.NextDouble() < _schedule.Chance;

    /// <summary>Why the events that wait are left without a comment; null when they get one.</summary>
    public SuppressionReason? GetSuppression(Conversation conversation)
    {
        if (!conversation.Viewers.WasViewedWithin(BetweenPages) && !MayMissPages)
        {
            return SuppressionReason.Unwatched;
        }

        if (conversation.QuietFor < _schedule.Cooldown)
        {
            return SuppressionReason.Cooldown;
        }

        return BudgetOf(conversation).Delay > TimeSpan.Zero || _ofAll.Delay > TimeSpan.Zero ? SuppressionReason.Budget : null;
    }

    /// <summary>How long to wait before an answer begins, for more events to come or for the budget; zero to begin now.</summary>
    public TimeSpan GetDelay(Conversation conversation, PendingReply due)
    {
        if (due.Typed)
        {
            return Longest(BudgetOf(conversation).Delay, _ofAll.Delay);
        }

        var pause = _schedule.Debounce - time.GetElapsedTime(due.Last);
        var patience = (_schedule.Debounce * Patience) - time.GetElapsedTime(due.First);
        return pause < patience ? pause : patience;
    }

    /// <summary>An answer begins.</summary>
    public void RecordGeneration(Conversation conversation)
    {
        BudgetOf(conversation).Record();
        _ofAll.Record();
    }

    /// <summary>
    /// Pages of the process before come back one after the other, and of those on other nodes this one may not have been told.
    /// </summary>
    private bool MayMissPages => time.GetElapsedTime(_begun) <= BetweenPages || nodes.MayMissViewers;

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private SlidingWindowLimiter BudgetOf(Conversation conversation) =>
        _ofEach.GetValue(conversation, _ => new SlidingWindowLimiter(options.Value.Limits.GenerationsPerConversationPerMinute, time));
}
