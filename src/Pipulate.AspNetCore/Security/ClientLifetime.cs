using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Security;

/// <summary>
/// Keeps the server's token for a disconnected client. <see cref="HttpContext.RequestAborted"/> is less reliable: middleware replaces it
/// with tokens of its own, such as one with a time limit, while the client still waits for a request that took too long.
/// </summary>
internal sealed class ClientLifetime(CancellationToken gone)
{
    /// <summary>Gets the token that is cancelled when the client has disconnected.</summary>
    public static CancellationToken Disconnected(HttpContext context) =>
        context.Features.Get<ClientLifetime>()?.Token ?? context.RequestAborted;

    private CancellationToken Token { get; } = gone;

    /// <summary>Takes the token from the server before any middleware of the application runs.</summary>
    internal sealed class Capture : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(static next => context =>
            {
                context.Features.Set(new ClientLifetime(context.RequestAborted));
                return next(context);
            });
            next(app);
        };
    }
}
