using System.Net.WebSockets;

namespace Pipulate.Connections;

internal sealed class WebSocketTransport(WebSocket socket) : IChatTransport
{
    public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

    public async Task CloseAsync(CloseReason reason, CancellationToken cancellationToken)
    {
        // Only our half: the reading loop waits for the page's answer, for a limited time.
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync((WebSocketCloseStatus)(int)reason, null, cancellationToken);
        }
    }
}
