using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipulate;

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
}
