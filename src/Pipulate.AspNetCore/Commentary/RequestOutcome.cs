using Microsoft.AspNetCore.Http;

namespace Pipulate.Commentary;

/// <summary>How a request ended.</summary>
/// <param name="Kind">Well or not.</param>
/// <param name="Status">The status that the client got, or will get when an exception leaves the endpoint.</param>
/// <param name="Threw">Whether an exception left the endpoint.</param>
internal readonly record struct RequestOutcome(Outcome Kind, int Status, bool Threw)
{
    /// <summary>How it ended, or null when nothing is to be said of it: the user has gone, or it became a WebSocket.</summary>
    public static RequestOutcome? Of(HttpContext context, CommentaryFeature? feature, Exception? problem)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return null;
        }

        if (problem is not null)
        {
            // The status still reads 200 here; what handles the exception outside makes a 500 of it, or the request's own.
            var refused = problem as BadHttpRequestException;
            return new RequestOutcome(Outcome.Failure, refused?.StatusCode ?? StatusCodes.Status500InternalServerError, Threw: true);
        }

        var status = context.Response.StatusCode;
        return status switch
        {
            < StatusCodes.Status200OK => null,
            >= StatusCodes.Status400BadRequest => new RequestOutcome(Outcome.Failure, status, Threw: false),
            _ => new RequestOutcome(feature is { Failed: true } ? Outcome.Failure : Outcome.Success, status, Threw: false),
        };
    }
}
