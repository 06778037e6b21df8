using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipulate.Connections;

namespace Pipulate.Security;

/// <summary>Registers the services that identify visitors and check their requests.</summary>
internal static class SecurityServiceCollectionExtensions
{
    /// <summary>Adds the visitors' identity, the checks of requests, and the monitor of sign-ins.</summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddDataProtection();
        services.AddAntiforgery();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, ClientLifetime.Capture>());
        services.TryAddSingleton<VisitorIdentity>();
        services.TryAddSingleton<RequesterReader>();
        services.TryAddSingleton<ConversationAccess>();
        services.TryAddSingleton<OriginPolicy>();
        services.TryAddSingleton<MessageRateLimiter>();
        services.TryAddSingleton<RequestGuard>();
        services.TryAddSingleton<KeyRing>();
        AddSignInMonitor(services);
        return services.AddHostedService<SecurityStartupWarnings>();
    }

    /// <summary>
    /// Puts the monitor before the framework's own service, whether the application has added that already or adds it later.
    /// </summary>
    private static void AddSignInMonitor(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(Marker)))
        {
            return;
        }

        services.AddSingleton<Marker>();
        var known = services.LastOrDefault(service => service.ServiceType == typeof(IAuthenticationService) && !service.IsKeyedService);
        var inner = known
            ?? new ServiceCollection().AddAuthenticationCore().Last(service => service.ServiceType == typeof(IAuthenticationService));
        if (known is not null)
        {
            services.Remove(known);
        }

        services.Add(ServiceDescriptor.Describe(typeof(IAuthenticationService), provider => Monitor(provider, inner), inner.Lifetime));
    }

    private static SignInMonitor Monitor(IServiceProvider provider, ServiceDescriptor inner)
    {
        if (provider.GetService<IAuthenticationSchemeProvider>() is not { } schemes)
        {
            throw new InvalidOperationException(
                "Unable to find the required services for signing in and out. Add them by calling 'IServiceCollection.AddAuthentication'.");
        }

        var service = inner.ImplementationInstance
            ?? inner.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!);
        return new SignInMonitor(
            (IAuthenticationService)service,
            schemes,
            provider.GetRequiredService<VisitorIdentity>(),
            provider.GetRequiredService<ConnectionRegistry>());
    }

    private sealed class Marker;
}
