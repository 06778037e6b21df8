using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Pipulate.Storage;

/// <summary>Registers the services that store conversations.</summary>
internal static class StorageServiceCollectionExtensions
{
    /// <summary>Adds the store in memory, unless the application has one, and what writes to it.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="rendersMarkdown">Gets a value indicating whether replies are Markdown.</param>
    public static IServiceCollection AddStorage(this IServiceCollection services, Func<IServiceProvider, bool> rendersMarkdown)
    {
        services.TryAddSingleton<IConversationStore>(
            provider => new InMemoryConversationStore(provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<WriteBehindService>();
        services.TryAddSingleton<ConversationStorage>();
        services.TryAddSingleton(provider => new ConversationCache(
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ConversationStorage>(),
            rendersMarkdown(provider)));
        services.TryAddSingleton<VisitorConversations>();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IHostedService, WriteBehindService>(provider => provider.GetRequiredService<WriteBehindService>()));
        return services;
    }
}
