using System.Globalization;
using Htmx;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Security;

/// <summary>Why a request of a page is not taken.</summary>
/// <param name="Status">The answer's status.</param>
/// <param name="Detail">What happened and what to do, for whoever wrote the request.</param>
/// <param name="RetryAfter">How long to wait, where waiting helps.</param>
/// <param name="Hint">What to tell the person at the panel's form, where it came from there.</param>
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

        // With the word to leave the page as it is: htmx 4 would swap an error in. A hint goes to its place all the same.
        context.Response.StatusCode = Status;
        context.Response.Htmx(headers => headers.Reswap(HtmxSwap.None));
        if (Hint is not null)
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            await context.Response.Body.WriteAsync(Hint, context.RequestAborted);
        }
    }
}
