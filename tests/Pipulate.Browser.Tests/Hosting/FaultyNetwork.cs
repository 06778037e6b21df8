using System.Net;
using System.Net.Sockets;

namespace Pipulate.Browser.Hosting;

/// <summary>
/// The way between the browser and the server, which can be cut: silently, as by a cable that is pulled, or with a reset.
/// </summary>
public sealed class FaultyNetwork : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly int _server;
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Socket> _open = [];
    private readonly List<Task> _work = [];
    private readonly IPEndPoint _place;
    private Socket? _listener;
    private TaskCompletionSource _flows = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FaultyNetwork(int server)
    {
        _server = server;
        _flows.SetResult();
        _listener = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        _place = (IPEndPoint)_listener.LocalEndPoint!;
        _work.Add(AcceptAsync(_listener));
    }

    public Uri Address => new($"http://127.0.0.1:{_place.Port}/");

    /// <summary>
    /// Whether pages may be kept for the Back button although they have a form with an antiforgery token, for which ASP.NET Core forbids it
    /// (no-store). An application without such a form is like this.
    /// </summary>
    public bool LetsPagesBeKept { get; set; }

    public static FaultyNetwork Before(Uri server) => new(server.Port);

    /// <summary>Nothing goes through any more, and neither side is told.</summary>
    public void Silence()
    {
        lock (_gate)
        {
            _flows = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>What was on its way arrives late, as TCP has it sent again.</summary>
    public void Speak()
    {
        lock (_gate)
        {
            _flows.TrySetResult();
        }
    }

    /// <summary>Resets every connection and refuses new ones.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _listener?.Dispose();
            _listener = null;
            foreach (var socket in _open)
            {
                socket.LingerState = new LingerOption(true, 0);
                socket.Dispose();
            }

            _open.Clear();
        }
    }

    /// <summary>Lets connections through again.</summary>
    public void Mend()
    {
        lock (_gate)
        {
            _listener = Listen(_place);
            _work.Add(AcceptAsync(_listener));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        Speak();
        Cut();
        await Task.WhenAll(_work);
        _ending.Dispose();
    }

    private static Socket Listen(IPEndPoint place)
    {
        var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(place);
        listener.Listen();
        return listener;
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var browser = await listener.AcceptAsync(_ending.Token);
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                browser.NoDelay = true;
                lock (_gate)
                {
                    _open.AddRange([browser, server]);
                    _work.Add(CarryBothAsync(browser, server));
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut, or at the end.
        }
    }

    private async Task CarryBothAsync(Socket browser, Socket server)
    {
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _server, _ending.Token);
            await await Task.WhenAny(CarryAsync(browser, server), CarryAsync(server, browser));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side has gone; so does the other.
        }
        finally
        {
            lock (_gate)
            {
                _open.Remove(browser);
                _open.Remove(server);
            }

            browser.Dispose();
            server.Dispose();
        }
    }

    private async Task CarryAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReceiveAsync(buffer, _ending.Token) is > 0 and var read)
        {
            Task flows;
            lock (_gate)
            {
                flows = _flows.Task;
            }

            await flows.WaitAsync(_ending.Token);
            if (LetsPagesBeKept && buffer.AsSpan(0, read).IndexOf("no-store"u8) is >= 0 and var forbidden)
            {
                "no-cache"u8.CopyTo(buffer.AsSpan(forbidden));
            }

            await to.SendAsync(buffer.AsMemory(0, read), _ending.Token);
        }
    }
}
