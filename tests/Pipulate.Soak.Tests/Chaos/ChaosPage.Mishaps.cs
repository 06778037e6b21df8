using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Pipulate.Soak.Hosting;
using Pipulate.Tests;

namespace Pipulate.Soak.Chaos;

/// <content>What happens to the page.</content>
internal sealed partial class ChaosPage
{
    private async Task SufferAsync(CancellationToken settling)
    {
        if (settling.IsCancellationRequested || _wire is null)
        {
            return;
        }

        switch (random.Next(10))
        {
            case 0:
                log.Count("page closed");
                await LeaveAsync();
                break;
            case 1:
                log.Count("page hidden for a while");
                await LeaveAsync();
                await WaitAsync(random.Time(Away), settling);
                break;
            case 2 or 3:
                log.Count("page loaded again");
                await LeaveAsync();
                _panel = null;
                break;
            case 4:
                log.Count("page cut off");
                Reset();
                break;
            case 5:
                log.Count("page cut off for a while");
                Reset();
                await WaitAsync(random.Time(Away), settling);
                break;
            case 6:
                log.Count("page paused");
                await WaitAsync(random.Time(Away), settling);
                break;
            case 7:
                log.Count("page stalled");
                await StallAsync(settling);
                break;
            case 8:
                log.Count("page floods");
                await FloodAsync(settling);
                break;
            default:
                log.Count("page sends garbage");
                await SendGarbageAsync(settling);
                break;
        }
    }

    /// <summary>Reads nothing while it is sent more than fits, and then what has come through, if it was not let go.</summary>
    private async Task StallAsync(CancellationToken settling)
    {
        await LeaveAsync();
        if (!await TryArriveAsync(4096, settling))
        {
            return;
        }

        _isRude = true;
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            // The newest page is this one, or one that came in the same moment and may as well get it.
            var host = server.Host;
            var page = host.Registry.GetConnections(ChatAudience.Everyone).MaxBy(connection => connection.ConnectedAt);
            for (var i = 0; i < 80 && page is not null && await pace.WaitForNextTickAsync(settling); i++)
            {
                await host.Channel.SendAsync(ChatAudience.Connection(page.Id), Noise, settling);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // It is time to settle, or the server has ended.
        }
    }

    private async Task FloodAsync(CancellationToken settling)
    {
        _isRude = true;
        for (var i = 0; i < 150; i++)
        {
            await TypeAsync($"floods {Guid.NewGuid():N}");
        }

        await ReadForAsync(TimeSpan.FromSeconds(1), settling);
        _typed.Clear();
    }

    private async Task SendGarbageAsync(CancellationToken settling)
    {
        _isRude = true;
        var garbage = new byte[random.Next(1, 3_000)];
        random.NextBytes(garbage);
        var kind = random.Next(4);
        await TrySendAsync(async wire =>
        {
            await wire.SendGarbageAsync(garbage, kind);
            return null;
        });
        await ReadForAsync(TimeSpan.FromSeconds(6), settling);

        // What is half a frame may be waited for; it goes away by itself then.
        Reset();
        _panel = null;
    }
}
