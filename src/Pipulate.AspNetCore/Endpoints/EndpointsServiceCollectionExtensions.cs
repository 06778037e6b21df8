using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pipulate.Endpoints;

/// <summary>Registers the endpoints that are plain HTTP.</summary>
internal static class EndpointsServiceCollectionExtensions
{
    /// <summary>Adds the endpoints, which <c>MapPipulate</c> maps.</summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddEndpoints(this IServiceCollection services)
    {
        services.TryAddSingleton<MessageEndpoint>();
        services.TryAddSingleton<ContextEndpoint>();
        services.TryAddSingleton<EntryEndpoint>();
        services.TryAddSingleton<ConversationsEndpoint>();
        services.TryAddSingleton<ChatQueueEndpoint>();
        services.TryAddSingleton<SingleMapping>();
        return services;
    }
}
