using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Generation;
using Pipulate.Security;

namespace Pipulate.Commentary;

/// <summary>
/// Handles the event that an element's own request carries in two headers: one click, one request, both effects. It counts when the
/// request succeeded.
/// </summary>
/// <remarks>
/// No antiforgery token is required, because a request that only reads has none. None is needed: a page of another site cannot set a custom
/// header, not even on a GET, unless the application's CORS policy allows it. <see cref="OriginPolicy"/> is checked all the same, for
/// applications with a permissive policy.
/// </remarks>
internal sealed partial class HeaderEventHandler(
    VisitorIdentity visitors,
    RequesterReader requesters,
    OriginPolicy origins,
    MessageRateLimiter rate,
    ChatQueue queue,
    IOptions<PipulateOptions> options,
    ILogger<HeaderEventHandler> logger)
{
    /// <summary>Holds the header with the event's name.</summary>
    public const string Name = "X-Chat-Event";

    /// <summary>Holds the header with the message, percent-encoded because a header carries ASCII only.</summary>
    public const string Message = "X-Chat-Message";

    public static bool IsOn(HttpRequest request) => request.Headers.ContainsKey(Name);

    /// <summary>Handles the event of a request that has ended, if it carries one.</summary>
    /// <param name="context">The request.</param>
    /// <param name="endpoint">The endpoint that the user requested.</param>
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

        queue.Enqueue(registered.With(
            visitor.Conversation, message, options.Value.Limits.EventCharacters) with
        { Requester = requesters.Read(context) });

        // The event describes the request. Commentary of the endpoint itself is added beside it, but not the general text for any htmx
        // request.
        feature.IsPublished |= endpoint is not null && !CommentaryPublisher.IsMarked(endpoint, feature);
    }

    [LoggerMessage(1, LogLevel.Debug, "An event that came with a request was ignored: {Reason}.")]
    private partial void LogIgnored(string reason);
}
