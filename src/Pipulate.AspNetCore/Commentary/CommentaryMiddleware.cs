using Htmx;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Pipulate.Commentary.Response;
using Pipulate.Events.Values;
using Pipulate.Security;

namespace Pipulate.Commentary;

/// <summary>
/// Decides whether an endpoint is commented on, for every kind of endpoint; filters only record what they know. After the endpoint it
/// awaits nothing but the application's own code: the text is rendered and enqueued, and the request ends.
/// </summary>
internal sealed class CommentaryMiddleware(
    RequestDelegate next, CommentaryPublisher text, HeaderEventHandler events, IOptions<PipulateOptions> options)
{
    private readonly bool _allOfHtmx = options.Value.CommentOn is CommentOn.HtmxRequests;
    private readonly bool _withPrefetch = options.Value.CommentOnPrefetch;

    /// <summary>Caps the copied bytes: four bytes per character, and as much again for markup.</summary>
    private readonly int _maxResponseBytes = 8 * LongText.Factor * options.Value.Limits.ValueCharacters;

    public Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        return endpoint is not null
            && endpoint.Metadata.GetMetadata<IChatCommentaryMetadata>() is null
            && !(_allOfHtmx && context.Request.IsHtmx())
            && !HeaderEventHandler.IsOn(context.Request)
            ? next(context)
            : UserAction.MayBe(context.Request, _withPrefetch)
                && OriginalRequest.Endpoint(context)?.Metadata.GetMetadata<DisableChatCommentaryAttribute>() is null
            ? WatchAsync(context, endpoint)
            : next(context);
    }

    private async Task WatchAsync(HttpContext context, Endpoint? endpoint)
    {
        var feature = CommentaryFeature.Of(context);
        feature.Watch(endpoint);
        var copy = endpoint is not null && CommentaryPublisher.NamesResponse(endpoint)
            ? ResponseCopy.Begin(context, _maxResponseBytes)
            : null;
        try
        {
            await next(context);
            feature.Response = copy?.End(context);
        }
        catch (Exception exception)
        {
            copy?.End(context);
            events.Handle(context, endpoint ?? context.GetEndpoint(), exception);
            await text.PublishAsync(context, endpoint ?? context.GetEndpoint(), exception);
            throw;
        }

        // With an explicit UseRouting behind this middleware there was no endpoint before. If there was one, it counts: an error page that
        // an
        // exception handler in between has run instead is not what the user requested.
        events.Handle(context, endpoint ?? context.GetEndpoint(), exception: null);
        await text.PublishAsync(context, endpoint ?? context.GetEndpoint(), exception: null);
    }
}
