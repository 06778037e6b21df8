using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Generation;
using Pipulate.Panel;
using Pipulate.Rendering;
using Pipulate.Security;
using Pipulate.Storage;
using Pipulate.Telemetry;

namespace Pipulate.Connections;

/// <summary>
/// Where pages come in, whichever way they are connected: who they are, whether they may, and the connection they then have.
/// </summary>
internal sealed partial class ConnectionAdmission(
    OriginPolicy origins,
    ConversationAccess access,
    ConversationCache conversations,
    ConnectionRegistry registry,
    ConnectionLimiter seats,
    ConnectionHandlers handlers,
    ModelHealth watch,
    PanelStatus status,
    PanelLocalizer localizer,
    PipulateMetrics metrics,
    IOptions<PipulateOptions> options,
    TimeProvider time,
    ILogger<ConnectionAdmission> logger)
{
    /// <summary>
    /// Asks whether a page may come in. Every refusal comes before its connection begins: one that is accepted and then closed makes htmx
    /// come back at once, for ever.
    /// </summary>
    /// <returns>The page's place, to be given up when it goes; null when it may not, and then the answer is written.</returns>
    public async Task<ConnectionLease?> AdmitAsync(HttpContext context)
    {
        if (!origins.AllowsEvent(context.Request))
        {
            LogForeignOrigin();
            metrics.Refused("origin");
            await RefuseAsync(
                context, StatusCodes.Status403Forbidden, "This page's origin may not connect. Pipulate:AllowedOrigins adds origins.");
            return null;
        }

        if (await access.ConnectAsync(context) is not { } visitor)
        {
            metrics.Refused("conversation");
            await RefuseAsync(context, StatusCodes.Status404NotFound, "There is no such conversation.");
            return null;
        }

        // The application first, for it may take its time: the limits are those of the moment in which the page comes in.
        var admission = await handlers.AdmitAsync(visitor, context);
        if (admission is AdmissionResult.Granted && registry.IsDraining)
        {
            admission = AdmissionResult.Draining;
        }

        if (admission is AdmissionResult.Granted && seats.TryAcquire(visitor, ClientAddress.Of(context), out admission) is { } seat)
        {
            // From the moment in which the page hears that it is in, what its visitor does is commented on.
            conversations.Get(visitor.Conversation).Viewers.ExpectViewer();
            return seat;
        }

        LogRefused(admission);
        metrics.Refused(ReasonOf(admission));
        if (admission is not AdmissionResult.NotWanted)
        {
            context.Response.Headers.RetryAfter = "5";
        }

        const string Crowded = "Too many pages are connected. Try again in a moment.";
        var (code, why) = admission switch
        {
            AdmissionResult.NotWanted => (StatusCodes.Status403Forbidden, "The application does not let this page connect."),
            AdmissionResult.HandlerFailed =>
                (StatusCodes.Status503ServiceUnavailable, "The application cannot let this page connect now. Try again in a moment."),
            AdmissionResult.VisitorFull or AdmissionResult.AddressFull => (StatusCodes.Status429TooManyRequests, Crowded),
            _ => (StatusCodes.Status503ServiceUnavailable, Crowded),
        };
        await RefuseAsync(context, code, why);
        return null;
    }

    public static Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(why);
    }

    /// <summary>Lets a page in that may.</summary>
    /// <param name="context">Its request, which lasts as long as the page.</param>
    /// <param name="seat">Its place.</param>
    /// <param name="transport">The way to it.</param>
    /// <param name="abort">Cuts it off, without a goodbye.</param>
    public ConnectionSession Open(HttpContext context, ConnectionLease seat, IChatTransport transport, Action abort)
    {
        var visitor = seat.Visitor;
        var info = new ChatConnectionInfo(Guid.NewGuid().ToString("N"), visitor.Conversation, visitor.UserId, time.GetUtcNow());
        var conversation = conversations.Get(visitor.Conversation);
        localizer.SetTextsOnce(conversation);
        var connection = new ChatConnection(
            info, conversation, status, transport, options.Value.Limits.Send, time, metrics, localizer.EntryRenderer);
        var page = new ConnectionSession(connection, seat, registry, handlers, metrics, context, abort, logger);
        if (context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult is { Succeeded: true, Properties.ExpiresUtc: { } end })
        {
            // A second late, for in its last moment the sign-in is still good, and the page would be let in again.
            page.CloseWhenSignInExpires(end - time.GetUtcNow() + TimeSpan.FromSeconds(1), time);
        }

        if (!watch.IsReady)
        {
            // Nobody waits for the answer: it appears in the status line of every page, and a probe never throws.
            _ = watch.CheckAsync(CancellationToken.None);
        }

        return page;
    }

    private static string ReasonOf(AdmissionResult admission) => admission switch
    {
        AdmissionResult.VisitorFull => "visitor_full",
        AdmissionResult.AddressFull => "address_full",
        AdmissionResult.ServerFull => "server_full",
        AdmissionResult.Draining => "draining",
        AdmissionResult.NotWanted => "application",
        _ => "handler_failed",
    };

    [LoggerMessage(4, LogLevel.Warning, "A page of another origin was refused. Pipulate:AllowedOrigins adds origins.")]
    private partial void LogForeignOrigin();

    [LoggerMessage(5, LogLevel.Warning, "A page was refused: {Admission}.")]
    private partial void LogRefused(AdmissionResult admission);
}
