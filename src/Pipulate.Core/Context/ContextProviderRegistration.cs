namespace Pipulate.Context;

/// <summary>Represents a context provider that the application has added.</summary>
/// <param name="Name">The name that stands above its text, and in the log.</param>
/// <param name="Type">The provider's type; null for a delegate.</param>
/// <param name="Create">Gets the provider from the services of one call.</param>
internal sealed record ContextProviderRegistration(string Name, Type? Type, Func<IServiceProvider, IChatContextProvider> Create);
