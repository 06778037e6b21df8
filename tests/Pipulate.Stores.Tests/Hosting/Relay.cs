using System.Net;
using System.Net.Sockets;

namespace Pipulate.Stores.Hosting;

/// <summary>
/// A way to a server that can be cut: then all connections break and new ones are refused at once, as when the server is restarted. Or it
/// swallows: then the connections that are open stay so, and nothing comes through
/// any more, as when a firewall has forgotten them. Of several servers each connection has the next one.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly string _host;
    private readonly int[] _ports;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Lock _gate = new();
    private readonly HashSet<TcpClient> _open = [];
    private readonly Task _accepting;
    private bool _cut;
    private int _swallowed;
    private int _connections;

    public Relay(string host, params int[] ports)
    {
        _host = host;
        _ports = ports;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public void Cut()
    {
        lock (_gate)
        {
            _cut = true;
            foreach (var client in _open)
            {
                client.Close();
            }

            _open.Clear();
        }
    }

    /// <summary>Lets nothing through any more on the connections that are open now. Those that are made from here on work.</summary>
    public void Swallow() => Volatile.Write(ref _swallowed, Volatile.Read(ref _connections));

    public void Mend()
    {
        lock (_gate)
        {
            _cut = false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Cut();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var near = await _listener.AcceptTcpClientAsync();
                _ = ServeAsync(near);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    /// <summary>Nobody waits for it: it ends with its connections, and never throws.</summary>
    private async Task ServeAsync(TcpClient near)
    {
        using var far = new TcpClient();
        using (near)
        {
            try
            {
                lock (_gate)
                {
                    if (_cut)
                    {
                        return;
                    }

                    _open.Add(near);
                    _open.Add(far);
                }

                var number = Interlocked.Increment(ref _connections);
                await far.ConnectAsync(_host, _ports[number % _ports.Length]);
                await Task.WhenAny(
                    PumpAsync(near.GetStream(), far.GetStream(), number), PumpAsync(far.GetStream(), near.GetStream(), number));
            }
            catch (Exception exception)
                when (exception is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // Cut.
            }
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, int number)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer) is var count and > 0)
        {
            if (number > Volatile.Read(ref _swallowed))
            {
                await to.WriteAsync(buffer.AsMemory(0, count));
            }
        }
    }
}
