using System.Diagnostics;

namespace Pipulate.Telemetry;

/// <summary>
/// Records the spans of the source "Pipulate": one for each reply, and in it one for each request to the model. A reply belongs to no HTTP
/// request, because it begins after the request has ended and may answer several. So its span is the root of a trace, with a link to each
/// of them.
/// </summary>
internal static class ReplyTracing
{
    public const string SourceName = "Pipulate";

    public const string Failed = "failed";

    public static readonly ActivitySource Source = new(SourceName);

    /// <summary>Gets the id of the current activity, such as a request, to link to later; null without a listener.</summary>
    public static string? Cause => Source.HasListeners() ? Activity.Current?.Id : null;

    /// <summary>Gets what a reply is called: a comment on events, or a reply to a message.</summary>
    public static string KindOf(bool answersUser) => answersUser ? "reply" : "comment";

    /// <summary>Begins the span of a reply.</summary>
    /// <param name="answersUser">Whether a user waits for the reply.</param>
    /// <param name="events">How many events it comments on.</param>
    /// <param name="causes">The values of <see cref="Cause"/> that were recorded with what it answers.</param>
    /// <returns>The span; null without a listener.</returns>
    public static Activity? Begin(bool answersUser, int events, IReadOnlyList<string> causes)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var links = causes.Distinct().Select(Parse).OfType<ActivityContext>().Select(cause => new ActivityLink(cause));
        var span =
            Source.StartActivity($"pipulate.{KindOf(answersUser)}", ActivityKind.Internal, parentContext: default, links: links);
        return span?.SetTag("pipulate.events", events);
    }

    /// <summary>Records how the reply has ended.</summary>
    public static void End(Activity? span, string outcome)
    {
        span?.SetTag("pipulate.outcome", outcome);
        if (outcome == Failed)
        {
            span?.SetStatus(ActivityStatusCode.Error);
        }
    }

    private static ActivityContext? Parse(string cause) =>
        ActivityContext.TryParse(cause, traceState: null, out var context) ? context : null;
}
