using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Pipulate.Rendering;
using Pipulate.Routes;

namespace Pipulate.Connections;

/// <summary>
/// Sends messages as server-sent events without a name, each after the resume token that the page sends when it reconnects.
/// </summary>
internal sealed class EventStreamTransport(PipeWriter stream) : IChatTransport
{
    /// <summary>Gets the interval: short enough for proxies that close silent connections, and to notice a page that vanished.</summary>
    public TimeSpan? Heartbeat => TimeSpan.FromSeconds(15);

    /// <summary>Opens the stream, so that the page knows that it is connected before anything is sent.</summary>
    /// <param name="comeBack">How long the page waits before it reconnects when the stream ends. htmx 4 has a time of its own.</param>
    public async Task OpenAsync(TimeSpan comeBack)
    {
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: {comeBack.TotalMilliseconds:0}\n\n"), stream);
        await stream.FlushAsync();
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (message.IsEmpty)
        {
            stream.Write(":\n\n"u8);
        }
        else
        {
            WriteData(message.Span);
        }

        await stream.FlushAsync(cancellationToken);

        // Kestrel aborts the connection of a cancelled flush, and then behaves as if everything had been sent.
        cancellationToken.ThrowIfCancellationRequested();
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> message, ResumeToken place, CancellationToken cancellationToken)
    {
        stream.Write("id: "u8);
        place.Write(stream);
        stream.Write("\n"u8);
        return SendAsync(message, cancellationToken);
    }

    /// <summary>Ends the stream with the request, after which the browser reconnects, unless an event says not to.</summary>
    public async Task CloseAsync(CloseReason reason, CancellationToken cancellationToken)
    {
        if (reason is not (CloseReason.Restarting or CloseReason.TryAgainLater))
        {
            Encoding.UTF8.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"event: {ServerEvents.Closed}\ndata: {(int)reason}\n\n"), stream);
            await stream.FlushAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Writes line by line, because a line's end ends a field. A carriage return comes back as a newline, which is what an HTML parser
    /// makes of it anyway.
    /// </summary>
    private void WriteData(ReadOnlySpan<byte> message)
    {
        while (true)
        {
            var end = message.IndexOfAny((byte)'\r', (byte)'\n');
            stream.Write("data: "u8);
            stream.Write(end < 0 ? message : message[..end]);
            stream.Write("\n"u8);
            if (end < 0)
            {
                break;
            }

            message = message[(end + (message[end..].StartsWith("\r\n"u8) ? 2 : 1))..];
        }

        stream.Write("\n"u8);
    }
}
