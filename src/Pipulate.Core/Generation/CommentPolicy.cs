using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;
using Pipulate.Telemetry;
using Pipulate.Threading;

namespace Pipulate.Generation;

/// <summary>Decides whether the model comments, and how long it waits for further events. It carries none of its decisions out.</summary>
internal sealed class CommentPolicy(IOptions<PipulateOptions> options, TimeProvider time, Random random, IReplyCoordination nodes)
{
    /// <summary>Allows a page to load the next one; until then a conversation without a viewer is not unviewed.</summary>
    private static readonly TimeSpan BetweenPages = TimeSpan.FromSeconds(10);

    /// <summary>Caps the debounce delay at this multiple of the pause, so that continuous activity still gets a comment.</summary>
    private const int Patience = 5;

    private readonly long _begun = time.GetTimestamp();
    private readonly PipulateSchedule _schedule = options.Value.Schedule;
    private readonly SlidingWindowLimiter _ofAll = new(options.Value.Limits.GenerationsPerMinute, time);
    private readonly ConditionalWeakTable<Conversation, SlidingWindowLimiter> _ofEach = [];

    /// <summary>Draws whether an event gets a comment.</summary>
    public bool ShouldComment() => _schedule.Chance >= 1 || random.NextDouble() < _schedule.Chance;

    /// <summary>Gets the reason for which the pending events get no comment; null where they get one.</summary>
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

    /// <summary>Gets how long to wait before a reply begins, for further events or for the budget; zero to begin now.</summary>
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

    /// <summary>Records that a reply begins.</summary>
    public void RecordGeneration(Conversation conversation)
    {
        BudgetOf(conversation).Record();
        _ofAll.Record();
    }

    /// <summary>
    /// Gets a value indicating whether pages may be open that are not known here: those of the previous process reconnect one after the
    /// other, and other nodes may not have announced theirs.
    /// </summary>
    private bool MayMissPages => time.GetElapsedTime(_begun) <= BetweenPages || nodes.MayMissViewers;

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private SlidingWindowLimiter BudgetOf(Conversation conversation) =>
        _ofEach.GetValue(conversation, _ => new SlidingWindowLimiter(options.Value.Limits.GenerationsPerConversationPerMinute, time));
}
