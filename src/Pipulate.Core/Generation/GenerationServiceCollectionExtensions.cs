using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipulate.Context;
using Pipulate.Conversations;
using Pipulate.Telemetry;

namespace Pipulate.Generation;

/// <summary>Registers the services that decide when to reply, and reply.</summary>
internal static class GenerationServiceCollectionExtensions
{
    /// <summary>Adds the queue, the comment policy, the scheduler and the generator.</summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddGeneration(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => new TextPacer(
            provider.GetRequiredService<IOptions<PipulateOptions>>().Value.TypingDelay,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        services.TryAddSingleton(provider => new CommentPolicy(
            provider.GetRequiredService<IOptions<PipulateOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            Random.Shared,
            provider.GetRequiredService<IReplyCoordination>()));
        services.TryAddSingleton(
            provider => new GenerationLimiter(provider.GetRequiredService<IOptions<PipulateOptions>>().Value.Limits.Generations));
        services.TryAddSingleton<IReplyLoad>(provider => provider.GetRequiredService<GenerationLimiter>());
        services.TryAddSingleton<ReplyCoordinator>();
        services.TryAddSingleton<ChatQueue>();
        services.TryAddSingleton<IChatQueue>(provider => provider.GetRequiredService<ChatQueue>());
        services.TryAddSingleton<ContextCollector>();
        services.TryAddSingleton<TurnContext>();
        services.TryAddSingleton<RequestBuilder>();
        services.TryAddSingleton<ReplyWriter>();
        services.TryAddSingleton<ReplyGenerator>();
        return services.AddHostedService<ReplyScheduler>();
    }
}
