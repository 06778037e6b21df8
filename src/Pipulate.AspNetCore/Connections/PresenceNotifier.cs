using System.Threading.Channels;
using Microsoft.Extensions.Hosting;

namespace Pipulate.Connections;

/// <summary>
/// Notifies the application when other visitors are present than before: seldom, because its handlers send that to all pages, and late,
/// because a page that reloads has reconnected by then.
/// </summary>
internal sealed class PresenceNotifier(ConnectionRegistry registry, ConnectionHandlers handlers, TimeProvider time) : BackgroundService
{
    /// <summary>Gets the time for which changes are gathered.</summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(2);

    /// <summary>Holds one entry: that something changed is all there is to know.</summary>
    private readonly Channel<bool> _changed =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Subscribed here and not in ExecuteAsync, which runs beside the server's start: the first page may connect earlier.
        if (handlers.Any)
        {
            registry.Changed += Note;
        }

        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _changed.Reader.WaitToReadAsync(stoppingToken))
            {
                await Task.Delay(SettleTime, time, stoppingToken);

                // Taken before the notification: a change during it causes the next one.
                _changed.Reader.TryRead(out _);
                await handlers.PresenceChangedAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // All pages disconnect now, and there is no page to notify.
        }
    }

    private void Note() => _changed.Writer.TryWrite(true);
}
