using System.Net.Sockets;
using System.Text;
using Pipulate.Tests;

namespace Pipulate.Soak.Hosting;

/// <summary>One tab through its life: it reads, and by a seeded chance is closed, reset, loaded again, or looks away for a while.</summary>
internal sealed class SoakPage(SoakHost host, Transcript transcript, SoakSettings settings, SoakLog log, int seed)
{
    private readonly Random _random = new(seed);
    private LeanPanel? _panel;
    private RawPage? _socket;
    private bool _fresh;

    /// <summary>Called with each message; what it returns is applied, one after the other. For tests of the checker.</summary>
    public Func<string, IEnumerable<string>> Mangle { get; init; } = static message => [message];

    /// <summary>Lives until it is told to settle, then comes back if it is away, reads to the end and is held to the transcript.</summary>
    public async Task LiveAsync(CancellationToken settling, CancellationToken cancellationToken)
    {
        await ReloadAsync();
        while (!settling.IsCancellationRequested)
        {
            await ConnectAsync(cancellationToken);
            await ReadForAsync(Chance(settings.Calm), settling, cancellationToken);
            if (!settling.IsCancellationRequested)
            {
                await SufferAsync(cancellationToken);
            }
        }

        await ConnectAsync(cancellationToken);
        await ReadUntilWholeAsync(cancellationToken);
        _panel!.AssertWhole();
        log.Count("texts compared", _panel.Compared);
        await LeaveAsync(cancellationToken);
    }

    /// <summary>Types, if this page is connected. Whether it arrives the typist sees.</summary>
    public async Task<bool> TryTypeAsync(string text, string id)
    {
        try
        {
            if (_socket is { } socket)
            {
                await socket.TypeAsync(text, id);
                return true;
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It has just been reset.
        }

        return false;
    }

    private async Task SufferAsync(CancellationToken cancellationToken)
    {
        switch (_random.Next(5))
        {
            case 0:
                log.Count("goodbyes");
                await LeaveAsync(cancellationToken);
                break;
            case 1:
                log.Count("reloads");
                await LeaveAsync(cancellationToken);
                await ReloadAsync();
                break;
            case 2:
                log.Count("pauses");
                await Task.Delay(Chance(TimeSpan.FromSeconds(2)), cancellationToken);
                break;
            case 3:
                log.Count("resets and away");
                Reset();
                await Task.Delay(Chance(TimeSpan.FromSeconds(2)), cancellationToken);
                break;
            default:
                log.Count("resets");
                Reset();
                break;
        }
    }

    private async Task ReloadAsync()
    {
        if (_panel is not null)
        {
            log.Count("texts compared", _panel.Compared);
        }

        _panel = new LeanPanel(transcript, log.Fault);
        _panel.Ended += hash =>
        {
            if (transcript.Lag(hash) is { } lag)
            {
                log.NoteLag(lag);
            }
        };
        _panel.Load((await host.LoadAsync(transcript.Cookie)).Html);
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (_socket is not null)
        {
            return;
        }

        var socket = await RawPage.ConnectAsync(host.Address, transcript.Cookie, null, cancellationToken);
        log.Count("connections");
        if (socket.Status != 101)
        {
            log.Count($"refused {socket.Status}");
            socket.Dispose();

            // The server has not yet noticed that as many others of this visitor are gone.
            await Task.Delay(100, cancellationToken);
            await ConnectAsync(cancellationToken);
            return;
        }

        _fresh = true;
        _socket = socket;
    }

    private async Task ReadForAsync(TimeSpan time, CancellationToken settling, CancellationToken cancellationToken)
    {
        using var calm = CancellationTokenSource.CreateLinkedTokenSource(settling, cancellationToken);
        calm.CancelAfter(time);
        try
        {
            await ReadWhileAsync(() => true, calm.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The calm is over.
        }
    }

    private async Task ReadUntilWholeAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TestTime.Timeout);
        var said = transcript.Read().Count;
        try
        {
            await ReadWhileAsync(() => !_panel!.Progress.Ended || _panel.Progress.Count < Math.Min(said, 50), limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What is missing is told by the comparison.
        }
    }

    private async Task ReadWhileAsync(Func<bool> going, CancellationToken cancellationToken)
    {
        // With a new socket the snapshot comes first, whatever is shown already.
        while (_fresh || going())
        {
            if (await _socket!.ReadAsync(cancellationToken) is not { } message)
            {
                log.Fault($"A page that reads was cut off with {_socket.Closed}.");
                Reset();
                return;
            }

            _fresh = false;
            foreach (var piece in Mangle(Encoding.UTF8.GetString(message.Span)))
            {
                _panel!.Apply(piece);
            }
        }
    }

    private async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (_socket is not { } socket)
        {
            return;
        }

        _socket = null;
        await socket.SayGoodbyeAsync(cancellationToken);
        await socket.ReadToEndAsync(cancellationToken).WaitAsync(TestTime.Timeout, cancellationToken);
        log.CountBytes(socket.BytesRead);
        socket.Dispose();
    }

    private void Reset()
    {
        if (_socket is { } socket)
        {
            _socket = null;
            log.CountBytes(socket.BytesRead);
            socket.Reset();
        }
    }

    private TimeSpan Chance(TimeSpan most) => most * (0.05 + (0.95 * _random.NextDouble()));
}
