using System.Net.WebSockets;
using System.Text;

namespace Pipulate.Testing;

/// <summary>Receives a panel's messages and applies them to its elements, until the connection ends.</summary>
/// <remarks>Thread-safe: one lock guards the elements, and waits end outside it.</remarks>
internal sealed class PanelConnection : IAsyncDisposable
{
    private readonly CancellationTokenSource _disposing = new();
    private readonly Lock _gate = new();
    private readonly PanelDom _panel = new();
    private readonly List<string> _frames = [];
    private readonly TaskCompletionSource<int> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _receiving;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _broken;
    private bool _disposed;

    public PanelConnection(WebSocket socket)
    {
        Socket = socket;
        _receiving = ReceiveAsync();
    }

    public WebSocket Socket { get; }

    /// <summary>Gets a task that ends with the connection: with the code that the server closed it with, or 1006 without one.</summary>
    public Task<int> Closed => _closed.Task;

    /// <summary>Gets a copy of the messages that have arrived.</summary>
    public IReadOnlyList<string> Frames => Read(_ => (IReadOnlyList<string>)[.. _frames]);

    public T Read<T>(Func<PanelDom, T> read)
    {
        lock (_gate)
        {
            return read(_panel);
        }
    }

    /// <summary>Waits until the panel is as wanted, looking after each message.</summary>
    /// <returns>Whether it is; false when the limit has passed.</returns>
    /// <exception cref="InvalidOperationException">A message arrived that htmx could not apply.</exception>
    public async Task<bool> TryWaitAsync(Func<PanelDom, bool> wanted, TimeSpan limit)
    {
        using var expiry = new CancellationTokenSource(limit);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_broken is not null)
                {
                    throw new InvalidOperationException("The application has sent what no page can show.", _broken);
                }

                if (wanted(_panel))
                {
                    return true;
                }

                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(expiry.Token);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> message) =>
        await Socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _disposing.CancelAsync();
        Socket.Abort();
        await _receiving;
        Socket.Dispose();
        _disposing.Dispose();
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var received = await Socket.ReceiveAsync(buffer, _disposing.Token);
                if (received.MessageType is WebSocketMessageType.Close)
                {
                    _closed.SetResult((int)received.CloseStatus!.Value);
                    await Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _disposing.Token);
                    return;
                }

                message.Write(buffer, 0, received.Count);
                if (received.EndOfMessage)
                {
                    Apply(Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length));
                    message.SetLength(0);
                }
            }
        }
        catch (Exception exception)
            when (exception is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            _closed.TrySetResult(1006);
        }
    }

    private void Apply(string message)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _frames.Add(message);
            try
            {
                _panel.Apply(message);
            }
            catch (InvalidOperationException exception)
            {
                _broken ??= exception;
            }

            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }
}
