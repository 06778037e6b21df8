using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipulate.Security;
using Pipulate.Storage;
using Pipulate.Telemetry;

namespace Pipulate.Connections;

/// <summary>Decides whether a page may connect, by whichever transport, and responds to the one that may not.</summary>
internal sealed partial class ConnectionAdmission(
    OriginPolicy origins,
    ConversationAccess access,
    ConversationCache conversations,
    ConnectionRegistry registry,
    ConnectionLimiter limiter,
    ConnectionHandlers handlers,
    PipulateMetrics metrics,
    ILogger<ConnectionAdmission> logger)
{
    /// <summary>
    /// Decides whether a page may connect. Every refusal comes before its connection begins: one that is accepted and then closed makes
    /// htmx reconnect at once, without end.
    /// </summary>
    /// <returns>The page's place, to be disposed when it disconnects; null when it may not connect, and the response is written.</returns>
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

        // The application first, because it may take its time: the limits are those of the moment in which the page connects.
        var admission = await handlers.AdmitAsync(visitor, context);
        if (admission is AdmissionResult.Granted && registry.IsDraining)
        {
            admission = AdmissionResult.Draining;
        }

        if (admission is AdmissionResult.Granted && limiter.TryAcquire(visitor, ClientAddress.Of(context), out admission) is { } lease)
        {
            // From the moment in which the page knows that it is connected, what its visitor does is commented on.
            conversations.Get(visitor.Conversation).Viewers.ExpectViewer();
            return lease;
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

    /// <summary>Responds with a status and a reason.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(why);
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
