using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Generation;
using Pipulate.Security;

namespace Pipulate.Commentary;

/// <summary>
/// Hears of the event that an element's own request carries in two headers: one click, one request, both effects. It counts when the
/// request succeeded.
/// </summary>
/// <remarks>
/// No antiforgery token is asked for, because a request that only reads has none. None is needed: a page of another site cannot set a
/// header of its own making, not even on a GET, unless the application's CORS policy lets it. <see cref="OriginPolicy"/> is asked all the
/// same, for an application whose policy is generous.
/// </remarks>
internal sealed partial class HeaderEventHandler(
    VisitorIdentity visitors,
    OriginPolicy origins,
    MessageRateLimiter rate,
    ChatQueue queue,
    IOptions<PipulateOptions> options,
    ILogger<HeaderEventHandler> logger)
{
    /// <summary>Names the event.</summary>
    public const string Name = "X-Chat-Event";

    /// <summary>The message, percent-encoded: a header carries ASCII only.</summary>
    public const string Message = "X-Chat-Message";

    public static bool IsOn(HttpRequest request) => request.Headers.ContainsKey(Name);

    /// <summary>Hears of the event of a request that has ended, if it carries one.</summary>
    /// <param name="context">The request.</param>
    /// <param name="endpoint">What the user asked for.</param>
    /// <param name="exception">The exception that left the endpoint, or null.</param>
    public void Handle(HttpContext context, Endpoint? endpoint, Exception? exception)
    {
        if (!IsOn(context.Request))
        {
            return;
        }

        var feature = CommentaryFeature.Of(context);
        if (feature.EventSeen)
        {
            // An error page that runs through the pipeline again, and may well succeed.
            return;
        }

        feature.EventSeen = true;
        if (RequestOutcome.Of(context, feature, exception) is not { Kind: CommentaryOutcome.Success }
            || (endpoint is not null && CommentaryPublisher.IsDisabled(endpoint, feature)))
        {
            return;
        }

        if (options.Value.Events.Find(context.Request.Headers[Name].ToString()) is not { } registered)
        {
            LogIgnored("no event of this name is registered");
            return;
        }

        var message = Uri.UnescapeDataString(context.Request.Headers[Message].ToString());
        if (string.IsNullOrWhiteSpace(message) && registered.SaysMessage)
        {
            LogIgnored("it has no message");
            return;
        }

        if (!origins.AllowsEvent(context.Request))
        {
            LogIgnored("it comes from another origin");
            return;
        }

        if (visitors.Find(context) is not { } visitor)
        {
            LogIgnored("the request has neither a user nor a visitor's cookie");
            return;
        }

        if (!rate.TryAcquireEvent(RateLimitPartition.Of(context, visitor, options.Value.Conversations), out _))
        {
            LogIgnored("the visitor's events come faster than Limits:MessagesPerMinute");
            return;
        }

        queue.Enqueue(registered.With(visitor.Conversation, message, options.Value.Limits.EventCharacters));

        // The event says what the request was for. What an endpoint says of itself is told beside it, but not that there was some request
        // of htmx's.
        feature.IsPublished |= endpoint is not null && !CommentaryPublisher.IsMarked(endpoint, feature);
    }

    [LoggerMessage(1, LogLevel.Debug, "An event that came with a request is not told: {Reason}.")]
    private partial void LogIgnored(string reason);
}
