using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipulate.Security;

namespace Pipulate.Commentary;

/// <summary>How a request ended.</summary>
/// <param name="Kind">Well or not.</param>
/// <param name="Status">The status that the client got, or will get when an exception leaves the endpoint.</param>
/// <param name="Threw">Whether an exception left the endpoint.</param>
internal readonly record struct RequestOutcome(CommentaryOutcome Kind, int Status, bool Threw)
{
    /// <summary>How it ended, or null when nothing is to be said of it: the user has gone, or it became a WebSocket.</summary>
    public static RequestOutcome? Of(HttpContext context, CommentaryFeature? feature, Exception? exception)
    {
        if (ClientLifetime.Disconnected(context).IsCancellationRequested)
        {
            return null;
        }

        if (exception is not null)
        {
            // The status still reads 200 here; what handles the exception outside makes a 500 of it, or the request's own.
            var status = exception is BadHttpRequestException refused
                ? refused.StatusCode
                : TimedOut(context, exception) ?? StatusCodes.Status500InternalServerError;
            return new RequestOutcome(CommentaryOutcome.Failure, status, Threw: true);
        }

        return OfStatus(context.Response.StatusCode, feature, OriginalRequest.Status(context));
    }

    /// <summary>Whatever an error page answers with, what the user asked for has failed.</summary>
    private static RequestOutcome? OfStatus(int status, CommentaryFeature? feature, int? before) => status switch
    {
        < StatusCodes.Status200OK => null,
        >= StatusCodes.Status400BadRequest => new RequestOutcome(CommentaryOutcome.Failure, status, Threw: false),
        _ when (before ?? feature?.FailedWith) is { } failed => new RequestOutcome(CommentaryOutcome.Failure, failed, Threw: false),
        _ => new RequestOutcome(feature is { Failed: true } ? CommentaryOutcome.Failure : CommentaryOutcome.Success, status, Threw: false),
    };

    /// <summary>The status that <c>UseRequestTimeouts</c> answers with, when the exception comes of its time limit.</summary>
    private static int? TimedOut(HttpContext context, Exception exception)
    {
        if (exception is not OperationCanceledException
            || context.Features.Get<IHttpRequestTimeoutFeature>() is not { RequestTimeoutToken.IsCancellationRequested: true })
        {
            return null;
        }

        var metadata = context.GetEndpoint()?.Metadata;
        var options = context.RequestServices.GetService<IOptionsMonitor<RequestTimeoutOptions>>()?.CurrentValue;
        var policy = metadata?.GetMetadata<RequestTimeoutPolicy>()
            ?? (metadata?.GetMetadata<RequestTimeoutAttribute>() is not { } attribute ? options?.DefaultPolicy
                : attribute.PolicyName is { } name ? options?.Policies[name]
                : null);
        return policy?.TimeoutStatusCode ?? StatusCodes.Status504GatewayTimeout;
    }
}
