using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OllamaSharp;
using Pipulate.Rendering;

namespace Pipulate.Generation;

/// <summary>Registers the model and what is known of its state.</summary>
internal static class ModelServiceCollectionExtensions
{
    /// <summary>Adds Ollama, unless the application registers a client of its own, and the demo client.</summary>
    /// <param name="services">The application's services.</param>
    public static IServiceCollection AddModel(this IServiceCollection services)
    {
        services.TryAddSingleton<IChatClient>(CreateOllamaClient);
        services.TryAddSingleton<DemoChatClient>();
        services.TryAddSingleton<PanelStatus>();
        services.TryAddSingleton<ModelHealth>();
        services.TryAddSingleton<ContextWindows>();
        return services;
    }

    private static OllamaChatClient CreateOllamaClient(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<PipulateOptions>>().Value;
        var time = provider.GetRequiredService<TimeProvider>();
        var logger = provider.GetRequiredService<ILogger<OllamaChatClient>>();
        return FindOllamaSharp(provider) is { } client
            ? new OllamaChatClient(client, options.Ollama, time, logger)
            : new OllamaChatClient(options.Ollama, options.Limits.FirstToken, options.Limits.Idle, time, logger: logger);
    }

    /// <summary>
    /// Finds the OllamaSharp client that the application has registered, with a key or without; null where it has registered none.
    /// </summary>
    private static IOllamaApiClient? FindOllamaSharp(IServiceProvider provider)
    {
        if (provider.GetService<IOllamaApiClient>() is { } client)
        {
            return client;
        }

        return provider is not IKeyedServiceProvider
            ? null
            : provider.GetKeyedServices<IOllamaApiClient>(KeyedService.AnyKey).ToList() switch
            {
                [] => null,
                [var only] => only,
                { Count: var count } => throw new InvalidOperationException(
                    $"{count} clients of OllamaSharp are registered with keys, and none without. Choose one: services.AddSingleton("
                        + "provider => provider.GetRequiredKeyedService<IOllamaApiClient>(\"key\"))."),
            };
    }
}
