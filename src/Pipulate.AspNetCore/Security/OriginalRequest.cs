using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Pipulate.Security;

/// <summary>
/// Finds what the user asked for, while the pipeline runs again for an error page: <c>UseStatusCodePagesWithReExecute</c> and
/// <c>UseExceptionHandler</c> keep it.
/// </summary>
internal static class OriginalRequest
{
    /// <summary>Gets the status of what failed; null when nothing failed before.</summary>
    public static int? Status(HttpContext context) =>
        context.Features.Get<IStatusCodeReExecuteFeature>() is { } page ? page.OriginalStatusCode
        : context.Features.Get<IExceptionHandlerFeature>() is not null ? StatusCodes.Status500InternalServerError
        : null;

    /// <summary>Gets the endpoint that failed; null when there was none, or nothing failed before.</summary>
    public static Endpoint? Endpoint(HttpContext context) =>
        context.Features.Get<IStatusCodeReExecuteFeature>() is { } page
            ? page.Endpoint
            : context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;

    /// <summary>Gets the path that the user asked for.</summary>
    public static string? Path(HttpContext context) =>
        context.Features.Get<IStatusCodeReExecuteFeature>()?.OriginalPath
        ?? context.Features.Get<IExceptionHandlerFeature>()?.Path
        ?? context.Request.Path.Value;

    /// <summary>Gets the route values of what the user asked for; null when nothing failed before.</summary>
    public static RouteValueDictionary? RouteValues(HttpContext context) =>
        context.Features.Get<IStatusCodeReExecuteFeature>() is { } page
            ? page.RouteValues
            : context.Features.Get<IExceptionHandlerFeature>()?.RouteValues;
}
