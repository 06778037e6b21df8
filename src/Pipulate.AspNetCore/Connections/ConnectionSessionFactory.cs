using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipulate.Generation;
using Pipulate.Telemetry;

namespace Pipulate.Connections;

/// <summary>Begins the session of a page that was admitted: registers its connection and limits it to the page's sign-in.</summary>
internal sealed class ConnectionSessionFactory(
    ConnectionFactory connections,
    ConnectionRegistry registry,
    ConnectionHandlers handlers,
    ModelHealth health,
    PipulateMetrics metrics,
    TimeProvider time,
    ILogger<ConnectionSession> logger)
{
    /// <summary>Begins a session.</summary>
    /// <param name="context">The request, which lasts as long as the page is connected.</param>
    /// <param name="lease">The page's place among those that may be connected.</param>
    /// <param name="transport">The transport that carries its frames.</param>
    /// <param name="abort">Ends the transport without a closing handshake.</param>
    public ConnectionSession Open(HttpContext context, ConnectionLease lease, IChatTransport transport, Action abort)
    {
        var connection = connections.Create(lease.Visitor, transport);
        var session = new ConnectionSession(connection, lease, registry, handlers, metrics, context, abort, logger);
        if (context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult is { Succeeded: true, Properties.ExpiresUtc: { } end })
        {
            // A second late: in its last moment the sign-in is still valid, and the page would be admitted with it again.
            session.CloseWhenSignInExpires(end - time.GetUtcNow() + TimeSpan.FromSeconds(1), time);
        }

        if (!health.IsReady)
        {
            // Not awaited: the result appears in the status line of every page, and a probe never throws.
            _ = health.CheckAsync(CancellationToken.None);
        }

        return session;
    }
}
