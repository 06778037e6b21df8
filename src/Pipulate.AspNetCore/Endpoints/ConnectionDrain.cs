using Microsoft.Extensions.Hosting;
using Pipulate.Channels;

namespace Pipulate.Endpoints;

/// <summary>
/// On shutdown sends every page away with 1012, on which both htmx versions come back. Without it Kestrel waits half a minute for
/// the open sockets, and htmx 2 takes what it then gets for a final goodbye.
/// </summary>
internal sealed class ConnectionDrain(ConnectionRegistry registry) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // All services' StoppingAsync come before the first one's StopAsync: Kestrel does not wait yet, and the commentator is already silent.
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        registry.Drain();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
