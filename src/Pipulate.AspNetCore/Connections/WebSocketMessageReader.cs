using System.Buffers;
using System.Net.WebSockets;

namespace Pipulate.Connections;

/// <summary>
/// Reads whole messages from a page, within a limit of size and time, and holds no memory while it waits for the next one.
/// </summary>
/// <param name="socket">The page's socket.</param>
/// <param name="longest">How many bytes a message may have.</param>
/// <param name="time">The clock.</param>
/// <param name="tooSlow">
/// Called when a message has been coming for too long. The read goes on: to cancel it would cut the socket, and the page would come back at
/// once where it is not to reconnect.
/// </param>
internal sealed class WebSocketMessageReader(WebSocket socket, int longest, TimeProvider time, Action tooSlow) : IDisposable
{
    private const int FirstBuffer = 1024;

    /// <summary>
    /// Restricts the frames of a message. They may be empty, so without a limit a message may come without end and not get longer.
    /// </summary>
    private const int LeastPieces = 64;
    private const int BytesAPiece = 512;

    /// <summary>Restricts how long a message may take. A page sends it at once.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly int _maxPieces = Math.Max(LeastPieces, longest / BytesAPiece);
    private ITimer? _timer;

    /// <summary>Reads the next message; null when the page has closed.</summary>
    public async ValueTask<ClientMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        var first = await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken);
        if (first.MessageType is WebSocketMessageType.Close)
        {
            return null;
        }

        if (first.EndOfMessage)
        {
            return ClientMessage.Parse(ReadOnlyMemory<byte>.Empty);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(FirstBuffer, longest + 1));
        var timed = false;
        try
        {
            var length = 0;
            for (var pieces = 1; pieces <= _maxPieces; pieces++)
            {
                var receiving = socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
                if (!receiving.IsCompleted && !timed)
                {
                    timed = true;
                    _timer ??= time.CreateTimer(
                        static tooSlow => ((Action)tooSlow!)(), tooSlow, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    _timer.Change(Patience, Timeout.InfiniteTimeSpan);
                }

                var received = await receiving;
                switch (received.MessageType)
                {
                    case WebSocketMessageType.Close:
                        return null;
                    case WebSocketMessageType.Binary:
                        return ClientMessage.Refused(CloseReason.UnsupportedData);
                }

                length += received.Count;
                if (length > longest)
                {
                    return ClientMessage.Refused(CloseReason.TooBig);
                }

                if (received.EndOfMessage)
                {
                    return ClientMessage.Parse(buffer.AsMemory(0, length));
                }

                if (length == buffer.Length)
                {
                    buffer = Grow(buffer, length);
                }
            }

            return ClientMessage.Refused(CloseReason.PolicyViolation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (timed)
            {
                _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose() => _timer?.Dispose();

    private byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 2, longest + 1));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
