using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Commentary;
using Pipulate.Conversations.Entries;
using Pipulate.Generation;
using Pipulate.Security;

namespace Pipulate.Endpoints;

/// <summary>
/// Handles <c>POST /chatq</c>, by which a page raises a registered event in the visitor's own conversation. An element's own htmx request
/// can carry an event as well: <see cref="HeaderEventHandler"/>.
/// </summary>
internal sealed partial class ChatQueueEndpoint(
    RequestGuard guard, RequesterReader requesters, ChatQueue queue, IOptions<PipulateOptions> options, ILogger<ChatQueueEndpoint> logger)
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
        if (guard.CheckOrigin(context.Request, "raise events") is { } foreign)
        {
            return foreign;
        }

        if (!PostedEvent.CanRead(context.Request))
        {
            return new(StatusCodes.Status415UnsupportedMediaType, "Send a form, or JSON with the content type application/json.");
        }

        if (await guard.FindVisitorAsync(context) is not { } visitor)
        {
            return RequestGuard.NoConversation;
        }

        if (guard.CheckRate(context, visitor, "messages") is { } tooMany)
        {
            return tooMany;
        }

        var (posted, refusal) = await guard.ReadAsync(
            context, PostedEvent.ReadAsync, "Send only the fields message and event, as texts.");
        return refusal ?? Queue(context, visitor, posted);
    }

    private ProblemResponse? Queue(HttpContext context, Visitor visitor, PostedEvent posted)
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

        var maxCharacters = options.Value.Limits.EventCharacters;
        if (posted.Message.Length > maxCharacters)
        {
            return new(
                StatusCodes.Status400BadRequest,
                $"The message has {posted.Message.Length} characters; at most {maxCharacters} can be sent.");
        }

        queue.Enqueue(registered.With(visitor.Conversation, posted.Message, maxCharacters) with { Requester = requesters.Read(context) });
        return null;
    }

    [LoggerMessage(1, LogLevel.Debug, "An event of a page was refused with {Status}. {Reason}")]
    private partial void LogRefused(int status, string reason);
}
