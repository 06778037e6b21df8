using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Pipulate.Connections;
using Pipulate.Generation;
using Pipulate.Rendering;
using Pipulate.Storage;

namespace Pipulate.Nodes;

/// <summary>Registers what joins the nodes of one application.</summary>
internal static class NodesServiceCollectionExtensions
{
    /// <summary>Adds the link to the other nodes.</summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddNodes(this IServiceCollection services)
    {
        services.TryAddSingleton<NodeLink>();
        services.TryAddSingleton<IConversationLifecycle>(provider => provider.GetRequiredService<NodeLink>());
        services.TryAddSingleton<IRemoteConnections>(provider => provider.GetRequiredService<NodeLink>());
        services.TryAddSingleton<IReplyCoordination>(provider => provider.GetRequiredService<NodeLink>());
        services.TryAddSingleton(provider =>
        {
            // The registry sends through the link, and the link adds to the registry: neither can be made with the other.
            var link = provider.GetRequiredService<NodeLink>();
            var registry = new ConnectionRegistry(
                provider.GetRequiredService<PanelStatus>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<IRemoteConnections>());
            link.Attach(registry);
            return registry;
        });
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IHostedService, NodeLink>(provider => provider.GetRequiredService<NodeLink>()));
        return services;
    }

    /// <summary>Adds the recovery of replies that a node which has ended leaves unanswered.</summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddReplyRecovery(this IServiceCollection services) =>
        services.AddHostedService<OrphanedReplyRecovery>();
}
