using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pipulate.Endpoints;
using Pipulate.Rendering;

namespace Pipulate.Connections;

/// <summary>
/// Handles <c>GET /sse</c>, the panel's stream for networks that block WebSockets. It sends what the socket sends; the page sends by
/// <see cref="MessageEndpoint"/>.
/// </summary>
internal sealed class EventStreamEndpoint(ConnectionAdmission admission, ConnectionSessionFactory sessions, IAntiforgery antiforgery)
{
    /// <summary>
    /// Restricts how soon a page reconnects. Each page gets a little more, so that not all reconnect at once after a restart.
    /// </summary>
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(1);

    public async Task HandleAsync(HttpContext context)
    {
        using var lease = await admission.AdmitAsync(context);
        if (lease is null)
        {
            return;
        }

        var response = context.Response;
        response.ContentType = "text/event-stream";
        var place = context.Request.Headers["Last-Event-ID"] is [{ } last] ? last : null;

        // Before the first byte, because the response may carry a cookie.
        var token = place == ResumeToken.None.ToString() ? antiforgery.GetAndStoreTokens(context) : null;

        // The first for what stands in this process, the second for nginx: what is gathered on the way comes late.
        var body = Unbuffered(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        body.DisableBuffering();
        response.Headers["X-Accel-Buffering"] = "no";

        var stream = new EventStreamTransport(body.Writer);
        await using var page = sessions.Open(context, lease, stream, context.Abort);
        if (place is not null)
        {
            page.Connection.Resume(place);
        }

        if (token is { HeaderName: { } header, RequestToken: { } value })
        {
            page.Connection.Send(PanelFragments.Token(header, value));
        }

        await stream.OpenAsync(ComeBack + (ComeBack * Random.Shared.NextDouble()));
        var writing = page.WriteAsync();
        await page.NotifyConnectedAsync();
        await writing;
    }

    /// <summary>
    /// Looks through the memory in which middleware gathers a response to read it when it is complete, for its hash or its log: a stream is
    /// complete when the page disconnects.
    /// </summary>
    private static IHttpResponseBodyFeature Unbuffered(IHttpResponseBodyFeature body)
    {
        while (body is StreamResponseBodyFeature { Stream: MemoryStream, PriorFeature: { } prior })
        {
            body = prior;
        }

        return body;
    }
}
