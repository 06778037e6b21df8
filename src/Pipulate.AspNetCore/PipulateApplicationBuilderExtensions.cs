using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pipulate;
using Pipulate.Commentary;

namespace Microsoft.AspNetCore.Builder;

/// <summary>
/// Adds the middleware for endpoints with commentary.
/// </summary>
public static class PipulateApplicationBuilderExtensions
{
    /// <summary>
    /// Watches the endpoints that carry commentary metadata: when one has answered, what the user did is given to the model.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    /// <remarks>
    /// Call it after <c>UseCors</c>, <c>UseAuthentication</c> and <c>UseAuthorization</c>, or a refused request would be commented on; last
    /// before the <c>Map…</c> calls is right. A request to an endpoint without commentary costs one look at its metadata. Called on the
    /// <c>WebApplication</c> itself, with no <c>UseRouting</c> after it, it also gives <see cref="ChatCommentaryAttribute"/> on a
    /// minimal-API
    /// handler the typed arguments and the result.
    /// </remarks>
    /// <exception cref="InvalidOperationException"><c>AddPipulate</c> was not called.</exception>
    public static IApplicationBuilder UsePipulate(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.ApplicationServices.GetService<CommentaryPublisher>() is null)
        {
            throw new InvalidOperationException(
                "UsePipulate needs services that are not there. Call builder.Services.AddPipulate() before builder.Build().");
        }

        if (app is IEndpointRouteBuilder routes)
        {
            // Runs while the pipeline is built: every Map call has been made by then, and the server does not listen yet.
            app.Use(next =>
            {
                CommentaryDataSource.WrapAll(routes.DataSources, app.ApplicationServices);
                app.ApplicationServices.GetRequiredService<CommentaryStartCheck>().Check(routes.DataSources);
                return next;
            });
        }

        return app.UseMiddleware<CommentaryMiddleware>();
    }
}
