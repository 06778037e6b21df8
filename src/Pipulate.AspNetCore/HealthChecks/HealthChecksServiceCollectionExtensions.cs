using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Pipulate.HealthChecks;

/// <summary>Registers the check of the model at start.</summary>
internal static class HealthChecksServiceCollectionExtensions
{
    /// <summary>Adds the check.</summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddModelStartCheck(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ModelStartCheck>());
        return services;
    }
}
