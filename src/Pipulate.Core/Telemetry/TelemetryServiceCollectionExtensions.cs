using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pipulate.Telemetry;

/// <summary>Registers the meter.</summary>
internal static class TelemetryServiceCollectionExtensions
{
    /// <summary>Adds the meter <c>Pipulate</c>.</summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddTelemetry(this IServiceCollection services)
    {
        services.TryAddSingleton<PipulateMetrics>();
        return services;
    }
}
