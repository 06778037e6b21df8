using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OllamaSharp;
using Pipulate;
using Pipulate.Commentary;
using Pipulate.Connections;
using Pipulate.Endpoints;
using Pipulate.Generation;
using Pipulate.HealthChecks;
using Pipulate.Hosting;
using Pipulate.Nodes;
using Pipulate.Panel;
using Pipulate.Security;
using Pipulate.Storage;
using Pipulate.Telemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Adds Pipulate to an application's services.
/// </summary>
public static class PipulateServiceCollectionExtensions
{
    /// <summary>
    /// Adds what Pipulate needs, with the settings of the configuration section <c>Pipulate</c>. Calling it twice is harmless.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Settings in code; they win over those of the configuration.</param>
    /// <returns>A builder for further packages.</returns>
    /// <remarks>
    /// An <see cref="IChatClient"/> that the application registers is used, before or after this call; else an
    /// <see cref="IOllamaApiClient"/>, also one with a key. Otherwise Ollama is, at
    /// <c>Pipulate:Ollama:Endpoint</c>, else at the environment variable <c>OLLAMA_HOST</c>, else at <c>http://127.0.0.1:11434</c>.
    /// A setting that is wrong or unknown stops the host at start and names its key.
    /// </remarks>
    public static IPipulateBuilder AddPipulate(this IServiceCollection services, Action<PipulateOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        AddPipulateOptions(services, configure);

        // Hosted services stop in the reverse order: first running replies are marked as stopped, then the pages that show this are
        // disconnected, then the last entries are stored, then the other nodes are notified.
        services
            .AddMetrics()
            .AddTelemetry()
            .AddModel()
            .AddModelStartCheck()
            .AddNodes()
            .AddStorage(provider => provider.GetRequiredService<IOptions<PipulateOptions>>().Value.Markdown)
            .AddRetention()
            .AddChatChannel()
            .AddTransports()
            .AddGeneration()
            .AddReplyRecovery()
            .AddCommentary()
            .AddSecurity()
            .AddPanel()
            .AddEndpoints();
        return new PipulateBuilder(services);
    }

    private static void AddPipulateOptions(IServiceCollection services, Action<PipulateOptions>? configure)
    {
        var options = services.AddOptions<PipulateOptions>()
            .Configure<IConfiguration>(RefuseEvents)
            .BindConfiguration(PipulateOptions.SectionName, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PipulateOptions>, PipulateOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
    }

    /// <summary>Refuses events in the configuration, before the binder does with an error that does not say what to do.</summary>
    private static void RefuseEvents(PipulateOptions options, IConfiguration configuration)
    {
        const string Key = $"{PipulateOptions.SectionName}:{nameof(PipulateOptions.Events)}";
        if (configuration.GetSection(Key).Exists())
        {
            throw new OptionsValidationException(
                Options.Options.DefaultName,
                typeof(PipulateOptions),
                [
                    $"{Key} cannot be set in the configuration, because what the model is given is code. Register events with "
                        + "AddPipulate(options => options.Events.Add(\"name\", \"…\"))."
                ]);
        }
    }

    private sealed record PipulateBuilder(IServiceCollection Services) : IPipulateBuilder;
}
