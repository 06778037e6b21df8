using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipulate.Load;

/// <summary>A page, as cheap as can be: a bare socket, the frames taken apart, the tokens in them counted and their ages noted.</summary>
internal sealed class Page : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Ages _ages;
    private readonly byte[] _buffer = new byte[32 * 1024];
    private Task _reading = Task.CompletedTask;

    // Where the frame is that is being read.
    private readonly byte[] _header = new byte[10];
    private int _headerLength;
    private long _left;
    private bool _ping;
    private readonly byte[] _pinged = new byte[125];
    private int _pingedLength;

    // Where the token is.
    private enum Part
    {
        Text,
        Number,
        Time,
    }

    private Part _part;
    private long _value;
    private int _number;

    private Page(Ages ages) => _ages = ages;

    /// <summary>The number of the newest token.</summary>
    public int Last { get; private set; } = -1;

    /// <summary>How many came in their turn.</summary>
    public int Received { get; private set; }

    /// <summary>How many times a token was missing before the one that came.</summary>
    public int Gaps { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>The longest time without a byte, in microseconds, since <see cref="Restart"/>.</summary>
    public long LongestSilence { get; private set; }

    public bool Closed { get; private set; }

    /// <summary>Whose page it is, as the server said in the handshake; null where it did not.</summary>
    public string? Cookie { get; private set; }

    private long _heard;

    public static async Task<Page> OpenAsync(int port, Ages ages, string? cookie = null, bool signalR = false, bool stalled = false)
    {
        var page = new Page(ages);
        if (stalled)
        {
            page._socket.ReceiveBufferSize = 4096;
        }

        await page._socket.ConnectAsync(IPAddress.Loopback, port);
        await page._socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            + (cookie is null ? "" : $"Cookie: {cookie}\r\n") + "\r\n"));
        await page.SkipHandshakeAsync();
        if (signalR)
        {
            await page.SayAsync("{\"protocol\":\"json\",\"version\":1}\u001e");
        }

        page._heard = Token.Now;
        if (!stalled)
        {
            page._reading = page.ReadAsync();
        }

        return page;
    }

    /// <summary>Begins to count anew; the next token may have any number.</summary>
    public void Restart() => (Last, Received, Gaps, Bytes, LongestSilence, _heard) = (-1, 0, 0, 0, 0, Token.Now);

    /// <summary>Sends a text frame.</summary>
    public async Task SayAsync(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        byte[] frame = bytes.Length < 126
            ? [0x81, (byte)(0x80 | bytes.Length), 0, 0, 0, 0, .. bytes]
            : [0x81, 0xFE, (byte)(bytes.Length >> 8), (byte)bytes.Length, 0, 0, 0, 0, .. bytes];
        await _socket.SendAsync(frame);
    }

    /// <summary>Sends a text frame when it is this page's turn: not all type at the same moment.</summary>
    public async Task SayInTurnAsync(string text, int turn)
    {
        await Task.Delay(turn * 10);
        await SayAsync(text);
    }

    /// <summary>Goes away without a word.</summary>
    public void Dispose()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    private async Task SkipHandshakeAsync()
    {
        var answer = new StringBuilder();
        var one = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await _socket.ReceiveAsync(one) == 0)
            {
                throw new InvalidOperationException($"The server closed in the handshake: {answer}");
            }

            answer.Append((char)one[0]);
        }

        if (!answer.ToString().StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The server refused: {answer}");
        }

        const string Header = "Set-Cookie: ";
        if (answer.ToString().Split("\r\n").FirstOrDefault(line => line.StartsWith(Header, StringComparison.OrdinalIgnoreCase)) is { } line)
        {
            Cookie = line[Header.Length..].Split(';')[0];
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _socket.ReceiveAsync(_buffer) is > 0 and var length)
            {
                var now = Token.Now;
                LongestSilence = Math.Max(LongestSilence, now - _heard);
                _heard = now;
                Bytes += length;
                Take(_buffer.AsSpan(0, length), now);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Gone, from one side or the other.
        }

        Closed = true;
    }

    private void Take(ReadOnlySpan<byte> bytes, long now)
    {
        while (!bytes.IsEmpty)
        {
            if (_left == 0)
            {
                _header[_headerLength++] = bytes[0];
                bytes = bytes[1..];
                var needed = _headerLength < 2 ? 2 : (_header[1] & 0x7F) switch { 126 => 4, 127 => 10, _ => 2 };
                if (_headerLength < needed)
                {
                    continue;
                }

                _left = (_header[1] & 0x7F) switch
                {
                    126 => (_header[2] << 8) | _header[3],
                    127 => System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(_header.AsSpan(2)),
                    var length => length,
                };
                _ping = (_header[0] & 0xF) == 9;
                _headerLength = 0;
                _pingedLength = 0;
            }

            var some = (int)Math.Min(_left, bytes.Length);
            if (_ping)
            {
                bytes[..some].CopyTo(_pinged.AsSpan(_pingedLength));
                _pingedLength += some;
            }
            else
            {
                Read(bytes[..some], now);
            }

            _left -= some;
            bytes = bytes[some..];
            if (_ping && _left == 0)
            {
                // With what the ping held, or the server takes this page for gone.
                _socket.Send([0x8A, (byte)(0x80 | _pingedLength), 0, 0, 0, 0, .. _pinged.AsSpan(0, _pingedLength)]);
            }
        }
    }

    private void Read(ReadOnlySpan<byte> text, long now)
    {
        foreach (var character in text)
        {
            if (character == '~')
            {
                (_part, _value) = (Part.Number, 0);
            }
            else if (_part is Part.Text)
            {
                continue;
            }
            else if (character is >= (byte)'0' and <= (byte)'9')
            {
                _value = (_value * 36) + character - '0';
            }
            else if (character is >= (byte)'a' and <= (byte)'z')
            {
                _value = (_value * 36) + character - 'a' + 10;
            }
            else if (_part is Part.Number)
            {
                (_number, _part, _value) = ((int)_value, Part.Time, 0);
            }
            else
            {
                Count(now - _value);
                _part = Part.Text;
            }
        }
    }

    /// <summary>What was told before is told again when an entry ends: it has been counted.</summary>
    private void Count(long age)
    {
        if (_number <= Last)
        {
            return;
        }

        if (Last >= 0 && _number != Last + 1)
        {
            Gaps++;
        }

        Last = _number;
        Received++;
        _ages.Note(age);
    }
}
