using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipulate.Connections;
using Pipulate.Localization;
using Pipulate.Panel;
using Pipulate.Rendering;
using Pipulate.Security;

namespace Pipulate.Endpoints;

/// <summary>
/// Handles <c>POST /message</c>, which a panel without a socket sends. It means the same as a message over the socket, and the response
/// holds the frame that the socket would send back.
/// </summary>
internal sealed partial class MessageEndpoint(
    RequestGuard guard, ClientMessageHandler messages, PanelLocalizer localizer, ILogger<MessageEndpoint> logger)
{
    public async Task HandleAsync(HttpContext context)
    {
        var (reply, refusal) = await TakeAsync(context);
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

    private async Task<(ClientReply Reply, ProblemResponse? Refusal)> TakeAsync(HttpContext context)
    {
        const string Expected = "Send a form with the fields msg and mid.";
        if (guard.CheckOrigin(context.Request, "send messages") is { } foreign)
        {
            return (default, foreign);
        }

        if (!context.Request.HasFormContentType)
        {
            return (default, new(StatusCodes.Status415UnsupportedMediaType, Expected));
        }

        if (await guard.FindVisitorAsync(context) is not { } visitor)
        {
            return (default, WithHint(RequestGuard.NoConversation, TextKey.OtherVisit));
        }

        var (form, refusal) = await guard.ReadFormAsync(context, Expected);
        if (refusal is not null)
        {
            return (default, HintOf(refusal) is { } key ? WithHint(refusal, key) : refusal);
        }

        var reply = await messages.HandleAsync(
            context,
            visitor.Conversation,
            guard.PartitionOf(context, visitor),
            ClientMessage.From(name => form[name] is [{ } only] ? only : null));
        return reply.TooFast is { } wait ? (default, RequestGuard.TooMany("messages", wait) with { Hint = reply.Fragment }) : (reply, null);
    }

    private static TextKey? HintOf(ProblemResponse refusal) =>
        refusal.Status == StatusCodes.Status413PayloadTooLarge ? TextKey.TooLarge
        : refusal == RequestGuard.InvalidToken ? TextKey.PageTooOld
        : null;

    private ProblemResponse WithHint(ProblemResponse refusal, TextKey key) =>
        refusal with { Hint = PanelFragments.Hint(localizer.Current[key]) };

    [LoggerMessage(1, LogLevel.Debug, "A message of a page was refused with {Status}. {Reason}")]
    private partial void LogRefused(int status, string reason);
}
