using Pipulate.Hosting;

namespace Pipulate.Connections;

/// <summary>
/// Closes every connection on shutdown with 1012, after which both htmx versions reconnect. Without it Kestrel waits half a minute for
/// the open sockets, and htmx 2 takes what it then gets for a final goodbye. They go in waves, because they come back in waves.
/// </summary>
internal sealed class ConnectionDrain(ConnectionRegistry registry, TimeProvider time) : LifecycleService
{
    private const int Wave = 1_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // All services' StoppingAsync come before the first one's StopAsync: Kestrel does not wait yet, and the reply scheduler is already
    // silent.
    public override async Task StoppingAsync(CancellationToken cancellationToken)
    {
        foreach (var (number, wave) in registry.Drain().Chunk(Wave).Index())
        {
            if (number > 0)
            {
                // Where the host has no more time, all that are left go at once.
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            foreach (var connection in wave)
            {
                connection.Close(CloseReason.Restarting);
            }
        }
    }
}
