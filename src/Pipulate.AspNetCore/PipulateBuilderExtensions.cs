using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipulate;
using Pipulate.Context;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Adds handlers of connections and a renderer of entries to Pipulate.
/// </summary>
public static class PipulateBuilderExtensions
{
    /// <summary>
    /// Adds a handler of pages that connect, send and disconnect. Adding the same type twice is harmless.
    /// </summary>
    /// <typeparam name="T">The handler; created in a scope of its own each time it is asked.</typeparam>
    /// <param name="builder">What <c>AddPipulate</c> returned.</param>
    /// <returns>The builder.</returns>
    public static IPipulateBuilder AddConnectionHandler<T>(this IPipulateBuilder builder)
        where T : class, IChatConnectionHandler
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Scoped<IChatConnectionHandler, T>());
        return builder;
    }

    /// <summary>
    /// Replaces the renderer that writes the entries of all panels. The one that is added last counts.
    /// </summary>
    /// <typeparam name="T">The renderer; there is one for the whole process.</typeparam>
    /// <param name="builder">What <c>AddPipulate</c> returned.</param>
    /// <returns>The builder.</returns>
    public static IPipulateBuilder AddEntryRenderer<T>(this IPipulateBuilder builder)
        where T : class, IEntryRenderer
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Replace(ServiceDescriptor.Singleton<IEntryRenderer, T>());
        return builder;
    }

    /// <summary>
    /// Adds a provider of what the model should know of the application at the moment of a reply (docs/context.md). Adding the same type
    /// twice is harmless.
    /// </summary>
    /// <typeparam name="T">The provider; created in a scope of its own for each reply.</typeparam>
    /// <param name="builder">What <c>AddPipulate</c> returned.</param>
    /// <returns>The builder.</returns>
    public static IPipulateBuilder AddChatContext<T>(this IPipulateBuilder builder)
        where T : class, IChatContextProvider
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddScoped<T>();
        if (!builder.Services.Any(service => (service.ImplementationInstance as ContextProviderRegistration)?.Type == typeof(T)))
        {
            builder.Services.AddSingleton(
                new ContextProviderRegistration(typeof(T).Name, typeof(T), services => services.GetRequiredService<T>()));
        }

        return builder;
    }

    /// <summary>
    /// Adds a delegate that gets what the model should know of the application at the moment of a reply (docs/context.md).
    /// </summary>
    /// <param name="builder">What <c>AddPipulate</c> returned.</param>
    /// <param name="getContext">
    /// Gets the text, as <see cref="IChatContextProvider.GetContextAsync"/> does; services come from <see cref="ChatTurn.Services"/>.
    /// </param>
    /// <param name="name">The name that stands above its text in the request, and in the log.</param>
    /// <returns>The builder.</returns>
    public static IPipulateBuilder AddChatContext(
        this IPipulateBuilder builder, Func<ChatTurn, CancellationToken, ValueTask<string?>> getContext, string name = "Application")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(getContext);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var provider = new DelegateContextProvider(getContext);
        builder.Services.AddSingleton(new ContextProviderRegistration(name, null, _ => provider));
        return builder;
    }
}
