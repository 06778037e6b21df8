using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OllamaSharp;
using Pipulate;
using Pipulate.Commentary;
using Pipulate.Connections;
using Pipulate.Conversations;
using Pipulate.Endpoints;
using Pipulate.Generation;
using Pipulate.HealthChecks;
using Pipulate.Hosting;
using Pipulate.Nodes;
using Pipulate.Panel;
using Pipulate.Rendering;
using Pipulate.Routes;
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

        var settings = services.AddOptions<PipulateOptions>()
            .Configure<IConfiguration>(RefuseEvents)
            .BindConfiguration(PipulateOptions.SectionName, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        if (configure is not null)
        {
            settings.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PipulateOptions>, PipulateOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);

        AddModel(services);
        AddConversations(services);
        AddWeb(services);
        return new PipulateBuilder(services);
    }

    /// <summary>Before the binder does, whose complaint would not say what to do.</summary>
    private static void RefuseEvents(PipulateOptions options, IConfiguration configuration)
    {
        const string Key = $"{PipulateOptions.SectionName}:{nameof(PipulateOptions.Events)}";
        if (configuration.GetSection(Key).Exists())
        {
            throw new OptionsValidationException(
                Options.Options.DefaultName,
                typeof(PipulateOptions),
                [$"{Key} cannot be set in the configuration: what the model is told is code. Register events with AddPipulate(options => options.Events.Add(\"name\", \"…\"))."]);
        }
    }

    private static void AddModel(IServiceCollection services)
    {
        services.TryAddSingleton<IChatClient>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<PipulateOptions>>().Value;
            var time = provider.GetRequiredService<TimeProvider>();
            var logger = provider.GetRequiredService<ILogger<OllamaChatClient>>();
            return FindOllamaSharp(provider) is { } client
                ? new OllamaChatClient(client, options.Ollama, time, logger)
                : new OllamaChatClient(options.Ollama, options.Limits.FirstToken, options.Limits.Idle, time, logger: logger);
        });
        services.TryAddSingleton<DemoChatClient>();
        services.TryAddSingleton<ModelHealth>();
        services.TryAddSingleton<ContextWindows>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ModelStartCheck>());
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
                    $"{count} clients of OllamaSharp are registered with keys, and none without. Say which one speaks: services.AddSingleton(provider => provider.GetRequiredKeyedService<IOllamaApiClient>(\"key\"))."),
            };
    }

    private static void AddConversations(IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton<IConversationStore>(
            provider => new InMemoryConversationStore(provider.GetRequiredService<TimeProvider>()));
        services.AddNodes();
        services.TryAddSingleton<WriteBehindService>();
        services.TryAddSingleton<ConversationStorage>();
        services.TryAddSingleton(provider => new ConversationCache(
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ConversationStorage>(),
            provider.GetRequiredService<IOptions<PipulateOptions>>().Value.Markdown));
        services.TryAddSingleton<VisitorConversations>();
        services.TryAddSingleton(provider => new TextPacer(
            provider.GetRequiredService<IOptions<PipulateOptions>>().Value.TypingDelay,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        services.TryAddSingleton<PanelStatus>();
        services.TryAddSingleton<IConnectionRegistry>(provider => provider.GetRequiredService<ConnectionRegistry>());
        services.TryAddSingleton<IChatChannel, ChatChannel>();
        services.TryAddSingleton<PipulateMetrics>();
        services.AddHostedService<ObservableMetrics>();
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
        services.TryAddSingleton<RequestBuilder>();
        services.TryAddSingleton<ReplyWriter>();
        services.TryAddSingleton<ReplyGenerator>();

        // In this order, for they stop in the other one: first the answers are marked as stopped, then the pages that show it are sent
        // away, then the last words are stored, then the other nodes are told.
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IHostedService, NodeLink>(provider => provider.GetRequiredService<NodeLink>()));
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IHostedService, WriteBehindService>(provider => provider.GetRequiredService<WriteBehindService>()));
        services.AddHostedService<RetentionService>();
        services.AddHostedService<ConnectionDrain>();
        services.AddHostedService<ReplyScheduler>();
        services.AddHostedService<OrphanedReplyRecovery>();
    }

    private static void AddWeb(IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddDataProtection();
        services.AddAntiforgery();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, ClientLifetime.Capture>());
        services.TryAddSingleton<VisitorIdentity>();
        services.TryAddSingleton<ConversationAccess>();
        services.TryAddSingleton<OriginPolicy>();
        services.TryAddSingleton<MessageRateLimiter>();
        services.TryAddSingleton<ConnectionLimiter>();
        services.TryAddSingleton<Redaction>();
        services.TryAddSingleton<CommentaryPublisher>();
        services.TryAddSingleton<HeaderEventHandler>();
        services.TryAddSingleton<CommentaryStartCheck>();
        services.AddHostedService(provider => provider.GetRequiredService<CommentaryStartCheck>());
        services.TryAddSingleton<ClientCommands>();
        services.TryAddSingleton<KeyRing>();
        AddSignInWatch(services);
        services.AddHostedService<SecurityStartupWarnings>();
        services.TryAddSingleton<ClientMessageHandler>();
        services.TryAddSingleton<PanelLocalizer>();
        services.TryAddSingleton<ChatPanelContent>();
        services.TryAddSingleton<ChatPanelHtml>();
        services.TryAddSingleton<ConversationListHtml>();
        services.TryAddSingleton<ConnectionAdmission>();
        services.TryAddSingleton<ConnectionHandlers>();
        services.TryAddSingleton(KeepAliveSettings.Default);
        services.AddHostedService<PresenceNotifier>();
        services.TryAddSingleton<WebSocketEndpoint>();
        services.TryAddSingleton<EventStreamEndpoint>();
        services.TryAddSingleton<MessageEndpoint>();
        services.TryAddSingleton<ChatMarkup>();
        services.TryAddSingleton<ChatAddresses>();
        services.TryAddSingleton<IEndpointAddressScheme<WebSocketEndpointMetadata>, ChatAddresses.Scheme>();
        services.TryAddSingleton<ContextEndpoint>();
        services.TryAddSingleton<EntryEndpoint>();
        services.TryAddSingleton<SingleMapping>();
        services.TryAddSingleton<ConversationsEndpoint>();
        services.TryAddSingleton<ChatQueueEndpoint>();
        services.Configure<MvcOptions>(mvc =>
        {
            if (!mvc.Filters.Any(filter => filter is CommentaryMvcFilter))
            {
                mvc.Filters.Add(new CommentaryMvcFilter());
            }
        });
        services.Configure<RazorPagesOptions>(pages =>
        {
            if (!pages.Conventions.Any(convention => convention is PageHandlerCommentary.Convention))
            {
                pages.Conventions.Add(new PageHandlerCommentary.Convention());
            }
        });
    }

    /// <summary>
    /// Puts the watch before the framework's own service, whether the application has added that already or adds it later.
    /// </summary>
    private static void AddSignInWatch(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(SignInWatchMarker)))
        {
            return;
        }

        services.AddSingleton<SignInWatchMarker>();
        var known = services.LastOrDefault(service => service.ServiceType == typeof(IAuthenticationService) && !service.IsKeyedService);
        var inner = known
            ?? new ServiceCollection().AddAuthenticationCore().Last(service => service.ServiceType == typeof(IAuthenticationService));
        if (known is not null)
        {
            services.Remove(known);
        }

        services.Add(ServiceDescriptor.Describe(typeof(IAuthenticationService), provider => Watch(provider, inner), inner.Lifetime));
    }

    private static SignInMonitor Watch(IServiceProvider provider, ServiceDescriptor inner)
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

    private sealed class SignInWatchMarker;

    private sealed record PipulateBuilder(IServiceCollection Services) : IPipulateBuilder;
}
