using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pipulate.Connections;

/// <summary>Registers the services that send to connected pages.</summary>
internal static class ConnectionsServiceCollectionExtensions
{
    /// <summary>Adds the channel to the pages, and the face of the registry for the application.</summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddChatChannel(this IServiceCollection services)
    {
        services.TryAddSingleton<IConnectionRegistry>(provider => provider.GetRequiredService<ConnectionRegistry>());
        services.TryAddSingleton<IChatChannel, ChatChannel>();
        return services;
    }
}
