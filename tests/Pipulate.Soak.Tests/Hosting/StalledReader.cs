using Pipulate.Tests;

namespace Pipulate.Soak.Hosting;

/// <summary>
/// A page that opens its socket and never reads. It is sent fragments until nothing more fits, and must then be let go; another one takes
/// its place.
/// </summary>
internal sealed class StalledReader(SoakHost host, SoakSettings settings, SoakLog log)
{
    private static readonly string Fragment = $"<div id=\"noise\" hx-swap-oob=\"innerHTML\">{new string('x', 60_000)}</div>";

    public async Task LiveAsync(CancellationToken settling, CancellationToken cancellationToken)
    {
        do
        {
            var (_, cookie) = await host.LoadAsync("");
            var audience = await host.AudienceAsync(cookie);
            using var reader = await RawPage.ConnectAsync(host.Address, cookie, receiveBuffer: 4096, cancellationToken);
            await Eventually.TrueAsync(() => host.Registry.GetConnections(audience).Count == 1);
            await FillAsync(audience, cancellationToken);
            await Task.WhenAny(Task.Delay(settings.SendLimit, settling), Task.Delay(Timeout.Infinite, cancellationToken));
        }
        while (!settling.IsCancellationRequested);
    }

    private async Task FillAsync(ChatAudience audience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(settings.SendLimit + TestTime.Timeout);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (host.Registry.GetConnections(audience).Count > 0)
        {
            await host.Channel.SendAsync(audience, Fragment, cancellationToken);
            try
            {
                await pace.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                log.Fault("A page that reads nothing was not let go.");
                return;
            }
        }

        log.Count("stalled readers let go");
    }
}
