using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Connections;
using Pipulate.Localization;
using Pipulate.Panel;
using Pipulate.Rendering;
using Pipulate.Security;

namespace Pipulate.Endpoints;

/// <summary>
/// <c>POST /message</c>: what a panel without a socket sends. It means what it means on the socket, and the answer holds the frame that the
/// socket would have sent back.
/// </summary>
internal sealed partial class MessageEndpoint(
    ConversationAccess access,
    OriginPolicy origins,
    IAntiforgery antiforgery,
    ClientMessageHandler messages,
    PanelLocalizer localizer,
    IOptions<PipulateOptions> options,
    ILogger<MessageEndpoint> logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        var (reply, refusal) = await TakeFormAsync(context);
        if (refusal is not null)
        {
            LogRefused(refusal.Status, refusal.Detail);
            await refusal.WriteAsync(context);
            return;
        }

        if (reply.Fragment is null)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.Body.WriteAsync(reply.Fragment, context.RequestAborted);
    }

    private async Task<(ClientReply Reply, ProblemResponse? Refusal)> TakeFormAsync(HttpContext context)
    {
        if (!origins.AllowsEvent(context.Request))
        {
            return Refuse(
                StatusCodes.Status403Forbidden, "This page's origin may not send messages. Pipulate:AllowedOrigins adds origins.");
        }

        if (!context.Request.HasFormContentType)
        {
            return Refuse(StatusCodes.Status415UnsupportedMediaType, "Send a form with the fields msg and mid.");
        }

        if (await access.FindAsync(context) is not { } visitor)
        {
            return Refuse(
                StatusCodes.Status404NotFound,
                "There is no such conversation. A page with a chat panel begins one: load it first, and send its cookies along.",
                TextKey.OtherVisit);
        }

        IFormCollection form;
        try
        {
            form = await LimitedBodyReader.ReadFormAsync(context.Request, options.Value.Limits.LargestMessage);
        }
        catch (BadHttpRequestException exception)
        {
            return exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Refuse(exception.StatusCode, $"The body has more than {options.Value.Limits.LargestMessage} bytes.", TextKey.TooLarge)
                : Refuse(StatusCodes.Status400BadRequest, "The body cannot be read. Send a form with the fields msg and mid.");
        }

        // Asked for here, because neither the framework's middleware nor its metadata would for a form that is read by hand.
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return Refuse(
                StatusCodes.Status400BadRequest,
                "The antiforgery token is missing or not valid any more. Send it as a form field or as the header "
                    + "RequestVerificationToken, or load the page again.",
                TextKey.PageTooOld);
        }

        var sender = RateLimitPartition.Of(context, visitor, options.Value.Conversations);
        var reply = await messages.HandleAsync(
            context, visitor.Conversation, sender, ClientMessage.From(name => form[name] is [{ } only] ? only : null));
        return reply.TooFast is { } wait
            ? (default, new(
                StatusCodes.Status429TooManyRequests,
                $"These are more messages than Pipulate:Limits:MessagesPerMinute allows. Try again in {MessageRateLimiter.Seconds(wait)} seconds.",
                wait,
                reply.Fragment))
            : (reply, null);
    }

    private (ClientReply Reply, ProblemResponse Refusal) Refuse(int status, string detail, TextKey? hint = null) =>
        (default, new ProblemResponse(status, detail, Hint: hint is { } label ? PanelFragments.Hint(localizer.Current[label]) : null));

    [LoggerMessage(1, LogLevel.Debug, "A message of a page was refused with {Status}. {Reason}")]
    private partial void LogRefused(int status, string reason);
}
