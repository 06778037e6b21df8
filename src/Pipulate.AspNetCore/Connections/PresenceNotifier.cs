using System.Threading.Channels;
using Microsoft.Extensions.Hosting;

namespace Pipulate.Connections;

/// <summary>
/// Notifies the application's handlers when the present users have changed: rarely, because a handler usually sends the change to all
/// pages,
/// and late, because a page that reloads has reconnected by then.
/// </summary>
internal sealed class PresenceNotifier(ConnectionRegistry registry, ConnectionHandlers handlers, TimeProvider time) : BackgroundService
{
    /// <summary>Holds how long changes are collected.</summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(2);

    /// <summary>Holds at most one signal: that something changed is all that has to be known.</summary>
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

                // Read before the handlers run, so that a change meanwhile leads to another call.
                _changed.Reader.TryRead(out _);
                await handlers.PresenceChangedAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // All connections close now, so no handler has to know.
        }
    }

    private void Note() => _changed.Writer.TryWrite(true);
}
