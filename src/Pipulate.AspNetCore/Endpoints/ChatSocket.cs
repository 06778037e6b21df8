using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Channels;
using Pipulate.Commentary;
using Pipulate.Conversations;
using Pipulate.Rendering;
using Pipulate.Security;

namespace Pipulate.Endpoints;

/// <summary>
/// <c>GET /ws</c>: lets a page in, then runs its two loops. The one that writes is the connection's; the one here reads, and only
/// hands over what it read, so that a close or another message is seen while an answer streams.
/// </summary>
internal sealed partial class ChatSocket(
    OriginRule origins,
    VisitorIdentity visitors,
    ConversationDirectory conversations,
    ConnectionRegistry registry,
    PageMessages messages,
    ModelWatch watch,
    PanelStatus status,
    IOptions<PipulateOptions> options,
    TimeProvider time,
    ILogger<ChatSocket> logger)
{
    public const string Path = "/ws";

    /// <summary>How long a page may take to answer our goodbye before it is cut off.</summary>
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2);

    /// <summary>How often a page that sends too fast is told so.</summary>
    private static readonly TimeSpan HintEvery = TimeSpan.FromSeconds(1);

    /// <summary>A ping each 15 seconds, also against proxies that cut what is silent; a page that does not answer within 15 more is gone.</summary>
    public static WebSocketOptions Options { get; } = new()
    {
        KeepAliveInterval = TimeSpan.FromSeconds(15),
        KeepAliveTimeout = TimeSpan.FromSeconds(15),
    };

    public async Task HandleAsync(HttpContext context)
    {
        // Every refusal comes before the handshake: a socket that is accepted and then closed makes htmx come back at once, for ever.
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            await RefuseAsync(context, StatusCodes.Status426UpgradeRequired, "This address is a WebSocket: open it with ws-connect.");
            return;
        }

        if (!origins.Allows(context.Request))
        {
            LogForeignOrigin();
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "This page's origin may not connect. Pipulate:AllowedOrigins adds origins.");
            return;
        }

        var visitor = visitors.FindOrWelcome(context);
        var admission = registry.Admit(visitor.Conversation, options.Value.Conversations);
        if (admission is not Admission.Granted)
        {
            LogRefused(admission);
            context.Response.Headers.RetryAfter = "5";
            var code = admission is Admission.VisitorFull ? StatusCodes.Status429TooManyRequests : StatusCodes.Status503ServiceUnavailable;
            await RefuseAsync(context, code, "Too many pages are connected. Try again in a moment.");
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await ServeAsync(context, socket, visitor);
    }

    private static Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(why);
    }

    private async Task ServeAsync(HttpContext context, WebSocket socket, Visitor visitor)
    {
        var info = new ChatConnectionInfo(Guid.NewGuid().ToString("N"), visitor.Conversation, visitor.UserId, time.GetUtcNow());
        using var connection = new ChatConnection(
            info, conversations.Get(visitor.Conversation), status, new WebSocketTransport(socket), options.Value.Limits.Send, time);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);

        // First in the registry, then the snapshot: what happens in between is in the snapshot or wakes the connection.
        registry.Add(connection);
        LogConnected(info.Id, info.Conversation);
        AskForModel();
        try
        {
            var writing = WriteAsync(connection, socket, gone);
            await ReadAsync(connection, MessageRate.KeyOf(context, visitor, options.Value.Conversations), new MessageReader(socket, options.Value.Limits.MessageBytes), gone);
            await writing;
            await SayGoodbyeAsync(socket);
        }
        finally
        {
            registry.Remove(connection);
            LogDisconnected(info.Id, socket.CloseStatus is { } code ? (int)code : 1006);
        }
    }

    private async Task WriteAsync(ChatConnection connection, WebSocket socket, CancellationTokenSource gone)
    {
        try
        {
            await connection.WriteAsync(gone.Token);
        }
        catch (Exception problem) when (problem is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            // A page that reads nothing for too long, or that went away in the middle of a send. It comes back and gets everything.
            LogLetGo(connection.Info.Id, problem.GetType().Name);
            socket.Abort();
        }
        finally
        {
            if (socket.State is WebSocketState.Aborted)
            {
                await gone.CancelAsync();
            }
        }
    }

    private async Task ReadAsync(ChatConnection connection, string visitor, MessageReader reader, CancellationTokenSource gone)
    {
        long? hinted = null;
        try
        {
            while (await reader.ReadAsync(gone.Token) is { } incoming)
            {
                if (incoming.Refusal is { } refusal)
                {
                    LogRefusedMessage(connection.Info.Id, (int)refusal);
                    connection.Close(refusal);
                    return;
                }

                var reply = messages.Take(connection.Info.Conversation, visitor, incoming);
                if (reply.TooFast is not null)
                {
                    // Told once a second: a page that sends a thousand messages is not to be sent as many hints.
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
        catch (Exception problem) when (problem is OperationCanceledException or WebSocketException or IOException)
        {
            LogLost(connection.Info.Id, problem.GetType().Name);
        }

        // The page has said goodbye or is gone: there is nobody to write to.
        await gone.CancelAsync();
    }

    private void AskForModel()
    {
        if (!watch.IsReady)
        {
            // Nobody waits for the answer: it appears in the status line of every page, and a probe never throws.
            _ = watch.AskAsync(CancellationToken.None);
        }
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

            // What the page still sends is read and dropped; closing with unread bytes would reset the connection, and the reset overtakes the goodbye.
            var dropped = new byte[4096];
            while (socket.State is WebSocketState.CloseSent)
            {
                await socket.ReceiveAsync(dropped.AsMemory(), patience.Token);
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or WebSocketException or IOException)
        {
            socket.Abort();
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "Page {Connection} shows conversation {Conversation}.")]
    private partial void LogConnected(string connection, ConversationId conversation);

    [LoggerMessage(2, LogLevel.Debug, "Page {Connection} is gone ({Code}).")]
    private partial void LogDisconnected(string connection, int code);

    [LoggerMessage(3, LogLevel.Warning, "A page of another origin was refused. Pipulate:AllowedOrigins adds origins.")]
    private partial void LogForeignOrigin();

    [LoggerMessage(4, LogLevel.Warning, "A page was refused: {Admission}.")]
    private partial void LogRefused(Admission admission);

    [LoggerMessage(5, LogLevel.Warning, "Page {Connection} sent a message that cannot be taken; it is closed with {Code}.")]
    private partial void LogRefusedMessage(string connection, int code);

    [LoggerMessage(6, LogLevel.Debug, "Page {Connection} was let go while writing to it: {Problem}.")]
    private partial void LogLetGo(string connection, string problem);

    [LoggerMessage(7, LogLevel.Debug, "Page {Connection} was lost while reading from it: {Problem}.")]
    private partial void LogLost(string connection, string problem);
}
