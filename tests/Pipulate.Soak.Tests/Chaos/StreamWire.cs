using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Pipulate.Soak.Hosting;

namespace Pipulate.Soak.Chaos;

/// <summary>Server-sent events down and POST up. What is not read stays with the sender, but for one message.</summary>
internal sealed class StreamWire : IWire
{
    private readonly Channel<(string Html, string? Id)> _messages = Channel.CreateBounded<(string, string?)>(1);
    private readonly CancellationTokenSource _gone = new();
    private readonly HttpClient _http;
    private readonly Visitor _visitor;
    private readonly Room _room;
    private readonly SoakLog _log;
    private Socket? _socket;
    private Task _reading = Task.CompletedTask;
    private long _bytesRead;

    private StreamWire(Visitor visitor, Room room, int? receiveBuffer, SoakLog log)
    {
        (_visitor, _room, _log) = (visitor, room, log);
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseCookies = false,
            ConnectCallback = async (context, cancellationToken) =>
            {
                _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                if (receiveBuffer is { } bytes)
                {
                    _socket.ReceiveBufferSize = bytes;
                }

                await _socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(_socket, ownsSocket: true);
            },
        });
    }

    public int Status { get; private set; }

    public bool IsOpen => Status == 200;

    public int Closed { get; private set; } = 1006;

    public long BytesRead => Volatile.Read(ref _bytesRead);

    public string? Place { get; private set; }

    public static async Task<IWire> ConnectAsync(
        Uri address, Visitor visitor, Room room, string? place, int? receiveBuffer, SoakLog log, CancellationToken cancellationToken)
    {
        var wire = new StreamWire(visitor, room, receiveBuffer, log) { Place = place };
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.Add("Cookie", visitor.Cookie);
            if (place is not null)
            {
                request.Headers.Add("Last-Event-ID", place);
            }

            var response = await wire._http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            wire.Status = (int)response.StatusCode;
            if (wire.IsOpen)
            {
                wire._reading = wire.PumpAsync(await response.Content.ReadAsStreamAsync(cancellationToken));
            }

            return wire;
        }
        catch
        {
            wire.Dispose();
            throw;
        }
    }

    public async ValueTask<string?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (html, id) = await _messages.Reader.ReadAsync(cancellationToken);
            Place = id ?? Place;
            return html;
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    public Task<string?> TypeAsync(string text, string id) => PostAsync(new() { ["msg"] = text, ["mid"] = id });

    public Task<string?> DoAsync(string command) => PostAsync(new() { ["do"] = command });

    public async Task SendGarbageAsync(byte[] bytes, int kind)
    {
        var garbage = Convert.ToHexString(bytes);
        Dictionary<string, string> form = kind switch
        {
            0 => new() { [garbage] = garbage },
            1 => new() { ["msg"] = "", ["mid"] = garbage },
            2 => new() { ["do"] = "again and again" },
            _ => new() { ["do"] = garbage, ["msg"] = "\0" },
        };
        if (await AskAsync(form) is ( >= 500 and not 503, var body, _))
        {
            _log.Fault($"Garbage by POST was too much: {body}");
        }
    }

    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await _gone.CancelAsync();
        await _reading.WaitAsync(cancellationToken);
    }

    public void Reset()
    {
        if (_socket is { SafeHandle.IsClosed: false } socket)
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Dispose();
        }

        Dispose();
    }

    public void Dispose()
    {
        _gone.Cancel();
        _http.Dispose();
    }

    private async Task<string?> PostAsync(Dictionary<string, string> form)
    {
        if (await AskAsync(form) is not var (status, body, _))
        {
            return null;
        }

        // Who is forgotten, or whose conversation is over, has none.
        if (status is not (200 or 204 or 429) && !(status is 400 or 404 && _room.MayBeOver))
        {
            _log.Fault($"A message of a page without a socket was answered with {status}: {body}");
        }

        return status is 200 or 429 ? body : null;
    }

    private Task<(int Status, string Body, string? Leads)?> AskAsync(Dictionary<string, string> form) =>
        _visitor.AskAsync(HttpMethod.Post, $"/message?conversation={_room.Name}", form);

    /// <summary>Reads all the time, because a read that is given up ends the connection.</summary>
    private async Task PumpAsync(Stream stream)
    {
        try
        {
            using var reader = new StreamReader(stream);
            var (id, name, data) = ((string?)null, (string?)null, new StringBuilder());
            while (await reader.ReadLineAsync(_gone.Token) is { } line)
            {
                Interlocked.Add(ref _bytesRead, line.Length + 1);
                switch (line.Split(": ", 2))
                {
                    case [""] when name is not null:
                        Closed = int.Parse(data.ToString(), CultureInfo.InvariantCulture);
                        return;
                    case [""] when data.Length > 0:
                        await _messages.Writer.WriteAsync((data.ToString(), id), _gone.Token);
                        (id, data) = (null, data.Clear());
                        break;
                    case ["id", var value]:
                        id = value;
                        break;
                    case ["event", var value]:
                        name = value;
                        break;
                    case ["data", var value]:
                        data.Append(data.Length > 0 ? "\n" : "").Append(value);
                        break;
                }
            }

            // A page that is to come back is told nothing: 1012 or 1013.
            Closed = 1013;
        }
        catch (Exception exception) when (
            exception is OperationCanceledException or IOException or HttpRequestException or SocketException or ObjectDisposedException)
        {
            // Left, lost, or cut off.
        }
        finally
        {
            _messages.Writer.Complete();
            await stream.DisposeAsync();
        }
    }
}
