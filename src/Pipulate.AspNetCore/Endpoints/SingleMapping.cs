using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pipulate.Endpoints;

/// <summary>
/// Notices a second call of <c>MapPipulate</c>, of which nothing else would tell: pages talk to what the first call has mapped.
/// </summary>
internal sealed partial class SingleMapping(IHostEnvironment environment, ILogger<SingleMapping> logger)
{
    private string? _first;

    /// <summary>Takes a call.</summary>
    /// <param name="prefix">Its prefix.</param>
    /// <exception cref="InvalidOperationException">It is the second, in Development. Elsewhere it is logged.</exception>
    public void Claim(string prefix)
    {
        if (Interlocked.CompareExchange(ref _first, prefix, null) is not { } first)
        {
            return;
        }

        if (environment.IsDevelopment())
        {
            throw new InvalidOperationException(
                $"MapPipulate was called twice, with the prefixes \"{first}\" and \"{prefix}\". Call it once: panels and tag "
                    + "helpers use the first.");
        }

        LogTwice(first, prefix);
    }

    [LoggerMessage(
        1,
        LogLevel.Error,
        "MapPipulate was called twice, with the prefixes \"{First}\" and \"{Second}\". Panels and tag helpers use the first; remove the "
            + "other call.")]
    private partial void LogTwice(string first, string second);
}
