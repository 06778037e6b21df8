using System.Diagnostics;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Generation;

namespace Pipulate.Telemetry;

/// <summary>
/// The spans of the source "Pipulate": one for each answer, and in it one for each request to the model (<see cref="ModelCall"/>). An
/// answer belongs to no request: it begins when the request is long over, and one may answer many. So its span is a trace of its own, with
/// a link to each of them.
/// </summary>
internal static class ReplyTracing
{
    public const string SourceName = "Pipulate";

    public static readonly ActivitySource Source = new(SourceName);

    /// <summary>What goes on at this moment, such as a request, to be linked to later; null where nobody traces.</summary>
    public static string? Cause => Source.HasListeners() ? Activity.Current?.Id : null;

    /// <summary>Whether an answer is a comment on what happened or a reply to what was typed.</summary>
    public static string KindOf(Turn turn) => turn.AnswersUser ? "reply" : "comment";

    /// <summary>Begins the span of an answer; null where nobody traces it.</summary>
    public static Activity? Begin(Turn turn)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var links = turn.Causes.Distinct().Select(Parse).OfType<ActivityContext>().Select(cause => new ActivityLink(cause));
        var span = Source.StartActivity($"pipulate.{KindOf(turn)}", ActivityKind.Internal, parentContext: default, links: links);
        return span?.SetTag("pipulate.events", turn.Events);
    }

    /// <summary>Says how the answer has ended.</summary>
    public static void End(Activity? span, string outcome)
    {
        span?.SetTag("pipulate.outcome", outcome);
        if (outcome == Failed)
        {
            span?.SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>How an answer has ended, as metrics and spans say it.</summary>
    public static string OutcomeOf(Conversation conversation, ConversationEntry answer)
    {
        lock (conversation.Gate)
        {
            return answer switch
            {
                { Withdrawn: true } => "withdrawn",
                { State: EntryState.Complete } => "complete",
                { State: EntryState.Stopped } => "stopped",
                _ => Failed,
            };
        }
    }

    private const string Failed = "failed";

    private static ActivityContext? Parse(string cause) =>
        ActivityContext.TryParse(cause, traceState: null, out var context) ? context : null;
}
