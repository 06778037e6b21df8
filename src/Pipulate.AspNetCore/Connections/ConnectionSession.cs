using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipulate.Security;
using Pipulate.Telemetry;

namespace Pipulate.Connections;

/// <summary>Represents a connected page, from its registration until it is disposed.</summary>
internal sealed partial class ConnectionSession : IAsyncDisposable
{
    /// <summary>Restricts the wait, because a timer cannot wait longer; a page that is closed early reconnects.</summary>
    private static readonly TimeSpan LongestStay = TimeSpan.FromDays(40);

    private readonly ConnectionLease _seat;
    private readonly ConnectionRegistry _registry;
    private readonly CancellationTokenSource _closed;
    private readonly ConnectionHandlers _handlers;
    private readonly PipulateMetrics _metrics;
    private readonly HttpContext _request;
    private readonly Action _abort;
    private readonly ILogger<ConnectionSession> _logger;
    private bool _greeted;
    private ITimer? _sendingBack;

    /// <param name="connection">The way to write to it.</param>
    /// <param name="seat">Its place, which it gives up when it goes.</param>
    /// <param name="registry">Where it is registered.</param>
    /// <param name="handlers">The handlers that are notified of it.</param>
    /// <param name="metrics">Where it is counted if it has to go.</param>
    /// <param name="request">Its request, which lasts as long as the page.</param>
    /// <param name="abort">Cuts it off, without a goodbye.</param>
    /// <param name="logger">The logger.</param>
    public ConnectionSession(
        ChatConnection connection,
        ConnectionLease seat,
        ConnectionRegistry registry,
        ConnectionHandlers handlers,
        PipulateMetrics metrics,
        HttpContext request,
        Action abort,
        ILogger<ConnectionSession> logger)
    {
        Connection = connection;
        _seat = seat;
        _registry = registry;
        _handlers = handlers;
        _metrics = metrics;
        _request = request;
        _abort = abort;
        _logger = logger;
        _closed = CancellationTokenSource.CreateLinkedTokenSource(ClientLifetime.Disconnected(request));

        // First in the registry, then the snapshot: what happens in between is in the snapshot or wakes the connection.
        registry.Add(connection);
        LogConnected(connection.Info.Id, connection.Info.Conversation);
    }

    public ChatConnection Connection { get; }

    /// <summary>Gets the token that is cancelled when the page is closed or disconnected.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <summary>
    /// Notifies the application that the page is connected. After this call it is also notified when the page disconnects.
    /// </summary>
    public ValueTask NotifyConnectedAsync()
    {
        _greeted = true;
        return _handlers.ConnectedAsync(Connection, _request);
    }

    /// <summary>Marks the page as closed.</summary>
    public Task CloseAsync() => _closed.CancelAsync();

    /// <summary>Marks the page as closed after a time, whatever it does.</summary>
    public void CloseAfter(TimeSpan time) => _closed.CancelAfter(time);

    /// <summary>
    /// Closes the connection when the sign-in that opened it expires; the client reconnects with its renewed cookie.
    /// </summary>
    public void CloseWhenSignInExpires(TimeSpan time, TimeProvider clock)
    {
        var rest = time < TimeSpan.Zero ? TimeSpan.Zero : time < LongestStay ? time : LongestStay;
        _sendingBack = clock.CreateTimer(static page => ((ConnectionSession)page!).SendBack(), this, rest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Writes to the page until it is closed or gone. What happens to a page is no error of ours and not thrown.</summary>
    public async Task WriteAsync()
    {
        try
        {
            await Connection.WriteAsync(Closed);
        }
        catch (Exception exception) when (exception is TimeoutException
            or OperationCanceledException
            or WebSocketException
            or IOException
            or ObjectDisposedException)
        {
            // A page that reads nothing for too long, or that went away in the middle of a send. It comes back and gets everything.
            LogLetGo(Connection.Info.Id, exception.GetType().Name);
            if (exception is TimeoutException)
            {
                _metrics.Evicted(EvictionReason.Slow);
            }

            _abort();
            await CloseAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _sendingBack?.Dispose();
        _seat.Dispose();
        _registry.Remove(Connection);
        LogDisconnected(Connection.Info.Id);
        if (_greeted)
        {
            await _handlers.DisconnectedAsync(Connection, _request);
        }

        Connection.Dispose();
        _closed.Dispose();
    }

    private void SendBack()
    {
        LogSentBack(Connection.Info.Id);
        Connection.Close(CloseReason.TryAgainLater);
    }

    [LoggerMessage(1, LogLevel.Debug, "Page {Connection} shows conversation {Conversation}.")]
    private partial void LogConnected(string connection, ConversationId conversation);

    [LoggerMessage(2, LogLevel.Debug, "Page {Connection} disconnected.")]
    private partial void LogDisconnected(string connection);

    [LoggerMessage(3, LogLevel.Debug, "Page {Connection} was closed while writing to it: {Problem}.")]
    private partial void LogLetGo(string connection, string problem);

    [LoggerMessage(6, LogLevel.Debug, "The sign-in of page {Connection} has expired; it may come back with a new one.")]
    private partial void LogSentBack(string connection);
}
