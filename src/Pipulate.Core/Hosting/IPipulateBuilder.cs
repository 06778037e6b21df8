using Microsoft.Extensions.DependencyInjection;

namespace Pipulate;

/// <summary>
/// Represents what <c>AddPipulate</c> returns, so that further packages can add to it.
/// </summary>
public interface IPipulateBuilder
{
    /// <summary>
    /// Gets the application's services.
    /// </summary>
    IServiceCollection Services { get; }
}
