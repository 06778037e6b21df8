using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipulate.Security;

namespace Pipulate.Commentary;

/// <summary>Represents how a request ended.</summary>
/// <param name="Kind">Whether it succeeded.</param>
/// <param name="Status">The status that the client got, or will get when an exception leaves the endpoint.</param>
/// <param name="Threw">Whether an exception left the endpoint.</param>
internal readonly record struct RequestOutcome(CommentaryOutcome Kind, int Status, bool Threw)
{
    /// <summary>
    /// Gets the outcome; null when there is nothing to comment on, because the client disconnected or it became a WebSocket.
    /// </summary>
    public static RequestOutcome? Of(HttpContext context, CommentaryFeature? feature, Exception? exception)
    {
        if (ClientLifetime.Disconnected(context).IsCancellationRequested)
        {
            return null;
        }

        if (exception is not null)
        {
            // The status is still 200 here; the exception handler outside sets 500, or the status of the exception.
            var status = exception is BadHttpRequestException refused
                ? refused.StatusCode
                : TimedOut(context, exception) ?? StatusCodes.Status500InternalServerError;
            return new RequestOutcome(CommentaryOutcome.Failure, status, Threw: true);
        }

        return OfStatus(context.Response.StatusCode, feature, OriginalRequest.Status(context));
    }

    /// <summary>Gets the outcome of a status. With an error page, the user's request has failed whatever status the page has.</summary>
    private static RequestOutcome? OfStatus(int status, CommentaryFeature? feature, int? before) => status switch
    {
        < StatusCodes.Status200OK => null,
        >= StatusCodes.Status400BadRequest => new RequestOutcome(CommentaryOutcome.Failure, status, Threw: false),
        _ when (before ?? feature?.FailedWith) is { } failed => new RequestOutcome(CommentaryOutcome.Failure, failed, Threw: false),
        _ => new RequestOutcome(feature is { Failed: true } ? CommentaryOutcome.Failure : CommentaryOutcome.Success, status, Threw: false),
    };

    /// <summary>Gets the status of <c>UseRequestTimeouts</c>, when the exception is due to its timeout.</summary>
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
