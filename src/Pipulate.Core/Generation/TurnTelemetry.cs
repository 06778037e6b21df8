using System.Diagnostics;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Telemetry;

namespace Pipulate.Generation;

/// <summary>Translates turns and their entries into the values that telemetry takes.</summary>
internal static class TurnTelemetry
{
    /// <summary>Begins the span of a reply; null without a listener.</summary>
    public static Activity? BeginSpan(this Turn turn) => ReplyTracing.Begin(turn.AnswersUser, turn.Events, turn.Causes);

    /// <summary>Counts a reply that begins.</summary>
    public static void Begun(this PipulateMetrics metrics, Turn turn) => metrics.Begun(turn.AnswersUser, turn.Events, turn.Since);

    /// <summary>Counts a reply that has ended.</summary>
    public static void Ended(this PipulateMetrics metrics, Turn turn, string outcome) => metrics.Ended(turn.AnswersUser, outcome);

    /// <summary>Gets how a reply has ended, as metrics and spans name it.</summary>
    public static string OutcomeOf(this Conversation conversation, ConversationEntry reply)
    {
        lock (conversation.Gate)
        {
            return reply switch
            {
                { Withdrawn: true } => "withdrawn",
                { State: EntryState.Complete } => "complete",
                { State: EntryState.Stopped } => "stopped",
                _ => ReplyTracing.Failed,
            };
        }
    }
}
