using Microsoft.Extensions.Hosting;
using Pipulate.Channels;

namespace Pipulate.Endpoints;

/// <summary>
/// On shutdown sends every page away with 1012, on which both htmx versions come back. Without it Kestrel waits half a minute for
/// the open sockets, and htmx 2 takes what it then gets for a final goodbye.
/// </summary>
internal sealed class ConnectionDrain(ConnectionRegistry registry, IHostApplicationLifetime lifetime) : IHostedService
{
    private CancellationTokenRegistration _stopping;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _stopping = lifetime.ApplicationStopping.Register(registry.Drain);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping.Dispose();
        return Task.CompletedTask;
    }
}
