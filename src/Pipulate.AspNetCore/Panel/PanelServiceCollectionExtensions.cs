using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipulate.Routes;

namespace Pipulate.Panel;

/// <summary>Registers the services that render the panel.</summary>
internal static class PanelServiceCollectionExtensions
{
    /// <summary>Adds the panel's markup and its texts.</summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddPanel(this IServiceCollection services)
    {
        services.TryAddSingleton<PanelLocalizer>();
        services.TryAddSingleton<ChatPanelContent>();
        services.TryAddSingleton<ChatPanelHtml>();
        services.TryAddSingleton<ConversationListHtml>();
        services.TryAddSingleton<ChatMarkup>();
        services.TryAddSingleton<ChatAddresses>();
        services.TryAddSingleton<IEndpointAddressScheme<WebSocketEndpointMetadata>, ChatAddresses.Scheme>();
        return services;
    }
}
