using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipulate;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Adds to Pipulate what hears of its pages and what writes their entries.
/// </summary>
public static class PipulateBuilderExtensions
{
    /// <summary>
    /// Adds a handler that hears of pages that come, speak and go. Adding the same type twice is harmless.
    /// </summary>
    /// <typeparam name="T">The handler; made anew in a scope of its own each time it is asked.</typeparam>
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
    /// Has the entries of all panels written by a renderer of your own. The one that is added last counts.
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
