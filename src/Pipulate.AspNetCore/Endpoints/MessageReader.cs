using System.Buffers;
using System.Net.WebSockets;
using Pipulate.Channels;

namespace Pipulate.Endpoints;

/// <summary>Reads whole messages from a page, never more of one than is allowed, and holds no memory while it waits.</summary>
internal sealed class MessageReader(WebSocket socket, int longest)
{
    private const int FirstBuffer = 1024;

    /// <summary>The next message, or null when the page has closed.</summary>
    public async ValueTask<IncomingMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        var first = await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken);
        if (first.MessageType is WebSocketMessageType.Close)
        {
            return null;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(FirstBuffer, longest + 1));
        try
        {
            var length = 0;
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
                switch (received.MessageType)
                {
                    case WebSocketMessageType.Close:
                        return null;
                    case WebSocketMessageType.Binary:
                        return IncomingMessage.Refused(CloseReason.UnsupportedData);
                }

                length += received.Count;
                if (length > longest)
                {
                    return IncomingMessage.Refused(CloseReason.TooBig);
                }

                if (received.EndOfMessage)
                {
                    return IncomingMessage.Parse(buffer.AsMemory(0, length));
                }

                if (length == buffer.Length)
                {
                    buffer = Grow(buffer, length);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 2, longest + 1));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
