using System.Globalization;
using Htmx;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Security;

/// <summary>Represents the refusal of a request of a page.</summary>
/// <param name="Status">The answer's status.</param>
/// <param name="Detail">What happened and what to do, for the developer of the page.</param>
/// <param name="RetryAfter">How long to wait, where waiting helps.</param>
/// <param name="Hint">What the panel's form shows to the visitor, where the request came from it.</param>
internal sealed record ProblemResponse(int Status, string Detail, TimeSpan? RetryAfter = null, byte[]? Hint = null)
{
    public async Task WriteAsync(HttpContext context)
    {
        if (RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = MessageRateLimiter.Seconds(wait).ToString(CultureInfo.InvariantCulture);
        }

        if (!context.Request.IsHtmx())
        {
            await TypedResults.Problem(Detail, statusCode: Status).ExecuteAsync(context);
            return;
        }

        // The headers make htmx leave the page as it is: htmx 4 would swap an error in. A hint is swapped into its place all the same.
        context.Response.StatusCode = Status;
        context.Response.Htmx(headers => headers.Reswap(HtmxSwap.None));
        if (Hint is not null)
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            await context.Response.Body.WriteAsync(Hint, context.RequestAborted);
        }
    }
}
