using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Pipulate.Tests;

/// <summary>
/// A page reduced to its socket, spoken by hand: it may leave pings and goodbyes without an answer, read nothing at all, or go away with a
/// reset, and it is cheap enough for thousands in one process. One caller at a time reads.
/// </summary>
internal sealed class RawPage : IDisposable
{
    private const byte Text = 1;
    private const byte CloseFrame = 8;
    private const byte Ping = 9;
    private const byte Pong = 10;

    private readonly Socket _socket;
    private byte[] _buffer = new byte[1024];
    private int _begin;
    private int _end;

    private RawPage(Socket socket) => _socket = socket;

    /// <summary>The status with which the server answered the handshake: 101, or a refusal.</summary>
    public int Status { get; private set; }

    /// <summary>The head of that answer.</summary>
    public string Head { get; private set; } = "";

    /// <summary>The code of the server's goodbye; 1006 where the connection ended without one, 0 while it is open.</summary>
    public int Closed { get; private set; }

    /// <summary>Whether pings and the server's goodbye are answered.</summary>
    public bool Answers { get; set; } = true;

    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Connects and asks for the socket.</summary>
    /// <param name="server">Where; at <c>/ws</c>, where it names no path.</param>
    /// <param name="cookie">The Cookie header, or null.</param>
    /// <param name="receiveBuffer">The kernel's receive buffer in bytes; null leaves it to the kernel.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<RawPage> ConnectAsync(
        Uri server, string? cookie = null, int? receiveBuffer = null, CancellationToken cancellationToken = default)
    {
        var page = new RawPage(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        try
        {
            if (receiveBuffer is { } bytes)
            {
                page._socket.ReceiveBufferSize = bytes;
            }

            await page._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Port), cancellationToken);
            var cookies = cookie is null ? "" : $"Cookie: {cookie}\r\n";
            await page._socket.SendAsync(
                Encoding.ASCII.GetBytes(
                    $"GET {(server.PathAndQuery == "/" ? "/ws" : server.PathAndQuery)} HTTP/1.1\r\nHost: {server.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: {server.GetLeftPart(UriPartial.Authority)}\r\n{cookies}\r\n"),
                cancellationToken);
            await page.ReadHeadAsync(cancellationToken);
            return page;
        }
        catch
        {
            page.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The next message, or null when the connection is over; <see cref="Closed"/> then says how. Valid until the next call.
    /// </summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var (opcode, payload) = await ReadFrameAsync(cancellationToken);
                switch (opcode)
                {
                    case Text:
                        return payload;
                    case Ping when Answers:
                        await SendAsync(Pong, payload, cancellationToken);
                        break;
                    case CloseFrame:
                        Closed = payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(payload.Span) : 1005;
                        if (Answers)
                        {
                            await SendAsync(CloseFrame, payload, cancellationToken);
                        }

                        return null;
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or EndOfStreamException or ObjectDisposedException)
        {
            Closed = Closed == 0 ? 1006 : Closed;
            return null;
        }
    }

    /// <summary>Waits for the end of the connection itself: the server's last byte, or its reset.</summary>
    public async Task ReadToEndAsync(CancellationToken cancellationToken)
    {
        while (await ReadAsync(cancellationToken) is not null)
        {
        }

        try
        {
            while (await _socket.ReceiveAsync(_buffer, cancellationToken) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // A reset is an end too.
        }
    }

    /// <summary>Types a message, as the panel's form does.</summary>
    public ValueTask TypeAsync(string text, string id, CancellationToken cancellationToken = default) =>
        SendAsync(
            Text, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["msg"] = text, ["mid"] = id }), cancellationToken);

    /// <summary>Clicks a button that says something to the server.</summary>
    public ValueTask DoAsync(string command, CancellationToken cancellationToken = default) =>
        SendAsync(Text, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["do"] = command }), cancellationToken);

    /// <summary>Sends bytes as they are, which need not be frames.</summary>
    public async ValueTask SendBytesAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) =>
        await _socket.SendAsync(bytes, cancellationToken);

    /// <summary>Says goodbye, as a browser does with a page that is closed.</summary>
    public ValueTask SayGoodbyeAsync(CancellationToken cancellationToken = default) =>
        SendAsync(CloseFrame, new byte[] { 0x03, 0xE9 }, cancellationToken);

    /// <summary>Goes away with a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();

    private async Task ReadHeadAsync(CancellationToken cancellationToken)
    {
        int length;
        while ((length = _buffer.AsSpan(0, _end).IndexOf("\r\n\r\n"u8)) < 0)
        {
            await FillAsync(cancellationToken);
        }

        Head = Encoding.ASCII.GetString(_buffer, 0, length);
        Status = int.Parse(Head.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
        _begin = length + 4;
    }

    private async ValueTask<(byte Opcode, ReadOnlyMemory<byte> Payload)> ReadFrameAsync(CancellationToken cancellationToken)
    {
        await NeedAsync(2, cancellationToken);
        var opcode = (byte)(_buffer[_begin] & 0x0F);
        var length = (long)(_buffer[_begin + 1] & 0x7F);
        var head = 2;
        if (length == 126)
        {
            await NeedAsync(head = 4, cancellationToken);
            length = BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_begin + 2));
        }
        else if (length == 127)
        {
            await NeedAsync(head = 10, cancellationToken);
            length = BinaryPrimitives.ReadInt64BigEndian(_buffer.AsSpan(_begin + 2));
        }

        Assert.True((_buffer[_begin] & 0x80) != 0, "The server sends whole messages.");
        await NeedAsync(head + (int)length, cancellationToken);
        var payload = _buffer.AsMemory(_begin + head, (int)length);
        _begin += head + (int)length;
        return (opcode, payload);
    }

    private async ValueTask NeedAsync(int bytes, CancellationToken cancellationToken)
    {
        if (_begin + bytes > _buffer.Length)
        {
            var larger = bytes > _buffer.Length ? new byte[Math.Max(bytes, _buffer.Length * 2)] : _buffer;
            _buffer.AsSpan(_begin, _end - _begin).CopyTo(larger);
            (_buffer, _begin, _end) = (larger, 0, _end - _begin);
        }

        while (_end - _begin < bytes)
        {
            await FillAsync(cancellationToken);
        }
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_end), cancellationToken);
        if (read == 0)
        {
            throw new EndOfStreamException();
        }

        _end += read;
        BytesRead += read;
    }

    private async ValueTask SendAsync(byte opcode, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        // Masked, as clients must, by a mask of zeros.
        var head = payload.Length < 126 ? 2 : 4;
        var frame = new byte[head + 4 + payload.Length];
        frame[0] = (byte)(0x80 | opcode);
        frame[1] = (byte)(0x80 | (head == 2 ? payload.Length : 126));
        if (head == 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
        }

        payload.CopyTo(frame.AsMemory(head + 4));
        await _socket.SendAsync(frame, cancellationToken);
    }
}
