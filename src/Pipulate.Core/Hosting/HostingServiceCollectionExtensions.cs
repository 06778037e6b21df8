using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.Hosting;

/// <summary>Registers the services that run beside the conversations.</summary>
internal static class HostingServiceCollectionExtensions
{
    /// <summary>Adds the gauges and the deletion of what is older than the application keeps.</summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddRetention(this IServiceCollection services)
    {
        services.AddHostedService<ObservableMetrics>();
        return services.AddHostedService<RetentionService>();
    }
}
