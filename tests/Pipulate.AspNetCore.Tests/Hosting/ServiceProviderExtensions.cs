using Microsoft.Extensions.DependencyInjection;

namespace Pipulate.Tests;

internal static class ServiceProviderExtensions
{
    public static IConnectionRegistry Registry(this IServiceProvider services) => services.GetRequiredService<IConnectionRegistry>();
}
