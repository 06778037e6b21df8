using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Security;

/// <summary>
/// Keeps the token with which the server says that the client has disconnected. <see cref="HttpContext.RequestAborted"/> says less:
/// middleware puts tokens of its own in its place, such as one with a time limit, and the client still waits for a request that took too
/// long.
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
