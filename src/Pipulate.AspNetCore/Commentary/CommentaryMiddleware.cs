using Microsoft.AspNetCore.Http;

namespace Pipulate.Commentary;

/// <summary>
/// The only place that decides whether an endpoint is commented on, for every kind of endpoint: filters merely fill in what they know.
/// It awaits nothing after the endpoint: the text is rendered, handed over, and the request is done.
/// </summary>
internal sealed class CommentaryMiddleware(RequestDelegate next, CommentaryText text)
{
    public async Task InvokeAsync(HttpContext context)
    {
        // An exception leaves here, and nothing is said: the status may still read 200 then.
        await next(context);

        // Read after the endpoint has run: with an explicit UseRouting behind this middleware there is none before.
        if (context.GetEndpoint()?.Metadata.GetMetadata<IChatCommentaryMetadata>() is { } commentary && Succeeded(context))
        {
            text.Tell(context, commentary);
        }
    }

    private static bool Succeeded(HttpContext context) =>
        context.Response.StatusCode is >= StatusCodes.Status200OK and < StatusCodes.Status400BadRequest
        && !context.RequestAborted.IsCancellationRequested
        && context.Features.Get<CommentaryFeature>() is not { Invalid: true }
        && context.GetEndpoint()!.Metadata.GetMetadata<DisableChatCommentaryAttribute>() is null;
}
