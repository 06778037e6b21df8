using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Security;
using Pipulate.Telemetry;
using Pipulate.Threading;

namespace Pipulate.Connections;

/// <summary>
/// Handles <c>GET /ws</c>: admits a page, then runs its two loops. The one that writes is the connection's; the one here reads, and only
/// hands over what it read, so that a close or another message is seen while an answer streams.
/// </summary>
internal sealed partial class WebSocketEndpoint(
    ConnectionAdmission admission,
    ConnectionSessionFactory sessions,
    ClientMessageHandler messages,
    KeepAliveSettings pings,
    PipulateMetrics metrics,
    IOptions<PipulateOptions> options,
    TimeProvider time,
    ILogger<WebSocketEndpoint> logger)
{
    /// <summary>Restricts how long a page may take to answer the closing handshake.</summary>
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(5);

    /// <summary>Restricts how often a page that sends too fast gets a hint.</summary>
    private static readonly TimeSpan HintEvery = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Restricts how many messages in a minute a page may send that cannot be taken: too fast, too long, or with nothing in them. No person
    /// does, and no page that works.
    /// </summary>
    private const int MaxInVain = 100;

    public WebSocketOptions Options { get; } = new() { KeepAliveInterval = pings.Interval, KeepAliveTimeout = pings.Timeout };

    public async Task HandleAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            await ConnectionAdmission.RefuseAsync(
                context, StatusCodes.Status426UpgradeRequired, "This address is a WebSocket: open it with ws-connect.");
            return;
        }

        using var lease = await admission.AdmitAsync(context);
        if (lease is null)
        {
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await using var page = sessions.Open(context, lease, new WebSocketTransport(socket), socket.Abort);
        var writing = WriteAsync(page);
        await page.NotifyConnectedAsync();
        using var reader = new WebSocketMessageReader(
            socket, options.Value.Limits.LargestMessage, time, () => Refuse(page.Connection, CloseReason.PolicyViolation));
        await ReadAsync(context, page, RateLimitPartition.Of(context, lease.Visitor, options.Value.Conversations), reader);
        await writing;
        await SayGoodbyeAsync(socket);
    }

    private static async Task WriteAsync(ConnectionSession page)
    {
        await page.WriteAsync();

        // It was closed, or has disconnected. One that never answers must not hold up a shutdown.
        page.CloseAfter(Goodbye);
    }

    private async Task ReadAsync(HttpContext context, ConnectionSession page, RateLimitPartition sender, WebSocketMessageReader reader)
    {
        var connection = page.Connection;
        var inVain = new SlidingWindowLimiter(MaxInVain, time);
        long? hinted = null;
        try
        {
            while (await reader.ReadAsync(page.Closed) is { } incoming)
            {
                if (connection.IsVacated)
                {
                    // Not answered: the words stay in the input until the page is connected again.
                    continue;
                }

                if (incoming.Refusal is { } refusal)
                {
                    Refuse(connection, refusal);
                    return;
                }

                var reply = await messages.HandleAsync(context, connection.Info.Conversation, sender, incoming);
                if (!reply.Taken)
                {
                    if (inVain.Delay > TimeSpan.Zero)
                    {
                        Refuse(connection, CloseReason.PolicyViolation);
                        return;
                    }

                    inVain.Record();
                }

                if (reply.TooFast is not null)
                {
                    // Sent once a second: a page that sends a thousand messages is not to be sent as many hints.
                    if (hinted is { } last && time.GetElapsedTime(last) < HintEvery)
                    {
                        continue;
                    }

                    hinted = time.GetTimestamp();
                }

                if (reply.Fragment is not null)
                {
                    connection.Send(reply.Fragment);
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException or IOException)
        {
            LogLost(connection.Info.Id, exception.GetType().Name);
        }

        // The page has closed or disconnected: nothing more can be written.
        await page.CloseAsync();
    }

    private void Refuse(ChatConnection connection, CloseReason reason)
    {
        metrics.Evicted(EvictionReason.Message);
        LogRefusedMessage(connection.Info.Id, (int)reason);
        connection.Close(reason);
    }

    private static async Task SayGoodbyeAsync(WebSocket socket)
    {
        using var patience = new CancellationTokenSource(Goodbye);
        try
        {
            if (socket.State is WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
            }

            // What the page still sends is read and dropped; closing with unread bytes would reset the connection, and the reset overtakes
            // the goodbye.
            var dropped = new byte[4096];
            while (socket.State is WebSocketState.CloseSent)
            {
                await socket.ReceiveAsync(dropped.AsMemory(), patience.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException or IOException)
        {
            socket.Abort();
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Page {Connection} sent a message that cannot be taken; it is closed with {Code}.")]
    private partial void LogRefusedMessage(string connection, int code);

    [LoggerMessage(2, LogLevel.Debug, "Page {Connection} was lost while reading from it: {Problem}.")]
    private partial void LogLost(string connection, string problem);
}
