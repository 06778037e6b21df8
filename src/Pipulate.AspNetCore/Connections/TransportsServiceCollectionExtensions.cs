using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pipulate.Connections;

/// <summary>Registers the services that connect pages.</summary>
internal static class TransportsServiceCollectionExtensions
{
    /// <summary>Adds the WebSocket and the event stream, with who may connect and what a connection then does.</summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddTransports(this IServiceCollection services)
    {
        services.TryAddSingleton<ConnectionLimiter>();
        services.TryAddSingleton<ConnectionHandlers>();
        services.TryAddSingleton<ConnectionAdmission>();
        services.TryAddSingleton<ConnectionFactory>();
        services.TryAddSingleton<ConnectionSessionFactory>();
        services.TryAddSingleton<ClientCommands>();
        services.TryAddSingleton<ClientMessageHandler>();
        services.TryAddSingleton(KeepAliveSettings.Default);
        services.TryAddSingleton<WebSocketEndpoint>();
        services.TryAddSingleton<EventStreamEndpoint>();
        services.AddHostedService<PresenceNotifier>();
        return services.AddHostedService<ConnectionDrain>();
    }
}
