using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipulate.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Adds Pipulate to an application's health checks.
/// </summary>
public static class PipulateHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check of what the chat needs: whether a model is available, whether conversations are stored, and whether what is to be
    /// answered waits for long.
    /// </summary>
    /// <param name="builder">What <c>AddHealthChecks</c> returned.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">
    /// What is reported while something is missing. The default is <see cref="HealthStatus.Degraded"/>, because the application goes on
    /// without a model and without its store; a process that is about to end is <see cref="HealthStatus.Unhealthy"/> in any case.
    /// </param>
    /// <param name="tags">Tags to select checks by, such as <c>ready</c>.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// Requires <c>AddPipulate</c>. A check asks the model's server and the store, for two seconds each at most; it generates no reply.
    /// </remarks>
    public static IHealthChecksBuilder AddPipulate(
        this IHealthChecksBuilder builder,
        string name = "pipulate",
        HealthStatus failureStatus = HealthStatus.Degraded,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return builder.AddCheck<PipulateHealthCheck>(name, failureStatus, tags ?? []);
    }
}
