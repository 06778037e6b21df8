using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Commentary;
using Pipulate.Conversations.Entries;
using Pipulate.Generation;
using Pipulate.Security;

namespace Pipulate.Endpoints;

/// <summary>
/// <c>POST /chatq</c>: a page tells of a registered event, in the visitor's own conversation. What costs least is asked first, and the body
/// is read only of a request that may be honest. An element's own htmx request can carry an event as well:
/// <see cref="HeaderEventHandler"/>.
/// </summary>
internal sealed partial class ChatQueueEndpoint(
    ConversationAccess access,
    OriginPolicy origins,
    MessageRateLimiter rate,
    IAntiforgery antiforgery,
    ChatQueue queue,
    IOptions<PipulateOptions> options,
    ILogger<ChatQueueEndpoint> logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (await QueueAsync(context) is { } refusal)
        {
            LogRefused(refusal.Status, refusal.Detail);
            await refusal.WriteAsync(context);
            return;
        }

        // Not 200 or 202: an empty body would empty the target of the element that has sent this.
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task<ProblemResponse?> QueueAsync(HttpContext context)
    {
        if (!origins.AllowsEvent(context.Request))
        {
            return new(StatusCodes.Status403Forbidden, "This page's origin may not tell of events. Pipulate:AllowedOrigins adds origins.");
        }

        if (!PostedEvent.CanRead(context.Request))
        {
            return new(StatusCodes.Status415UnsupportedMediaType, "Send a form, or JSON with the content type application/json.");
        }

        if (await access.FindAsync(context) is not { } visitor)
        {
            return new(
                StatusCodes.Status404NotFound,
                "There is no such conversation. A page with a chat panel begins one: load it first, and send its cookies along.");
        }

        if (!rate.TryAcquireEvent(RateLimitPartition.Of(context, visitor, options.Value.Conversations), out var wait))
        {
            return new(
                StatusCodes.Status429TooManyRequests,
                $"These are more messages than Pipulate:Limits:MessagesPerMinute allows. Try again in {MessageRateLimiter.Seconds(wait)} seconds.",
                wait);
        }

        PostedEvent posted;
        try
        {
            posted = await PostedEvent.ReadAsync(context.Request, options.Value.Limits.LargestMessage);
        }
        catch (BadHttpRequestException exception)
        {
            return exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? new(exception.StatusCode, $"The body has more than {options.Value.Limits.LargestMessage} bytes. Send the fields message and event only.")
                : new(StatusCodes.Status400BadRequest, "The body cannot be read. Send the fields message and event, as texts.");
        }

        // Asked for here, because neither the framework's middleware nor its metadata would for JSON, or for a form that is read by hand.
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return new(
                StatusCodes.Status400BadRequest,
                "The antiforgery token is missing or not valid any more. Send it as a form field or as the header "
                    + "RequestVerificationToken, or load the page again.");
        }

        return Queue(visitor, posted);
    }

    private ProblemResponse? Queue(Visitor visitor, PostedEvent posted)
    {
        if (options.Value.Events.FindOrUnnamed(posted.Event) is not { } registered)
        {
            return new(
                StatusCodes.Status400BadRequest,
                "The event is unknown. Register it with AddPipulate(options => options.Events.Add(…)), and send its name as the "
                    + "field event.");
        }

        if (TypedText.IsBlank(posted.Message) && registered.SaysMessage)
        {
            return new(StatusCodes.Status400BadRequest, "The message is empty. Send it as the field message.");
        }

        var most = options.Value.Limits.EventCharacters;
        if (posted.Message.Length > most)
        {
            return new(StatusCodes.Status400BadRequest, $"The message has {posted.Message.Length} characters; at most {most} can be sent.");
        }

        queue.Enqueue(registered.With(visitor.Conversation, posted.Message, most));
        return null;
    }

    [LoggerMessage(1, LogLevel.Debug, "An event of a page was refused with {Status}. {Reason}")]
    private partial void LogRefused(int status, string reason);
}
