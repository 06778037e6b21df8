using System.Threading.Channels;
using Microsoft.Extensions.Hosting;

namespace Pipulate.Connections;

/// <summary>
/// Tells the application when other people are here than before: seldom, because whoever is told sends it on to everybody, and late,
/// because who reloads is back by then.
/// </summary>
internal sealed class PresenceNotifier(ConnectionRegistry registry, ConnectionHandlers handlers, TimeProvider time) : BackgroundService
{
    /// <summary>How long changes are gathered.</summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(2);

    /// <summary>Room for one: that something changed is all there is to know.</summary>
    private readonly Channel<bool> _changed =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Here and not below, which runs beside the server's start: the first page may be quicker.
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

                // Taken before it is told: what changes meanwhile is told next.
                _changed.Reader.TryRead(out _);
                await handlers.PresenceChangedAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // All pages go now; there is nobody to tell.
        }
    }

    private void Note() => _changed.Writer.TryWrite(true);
}
