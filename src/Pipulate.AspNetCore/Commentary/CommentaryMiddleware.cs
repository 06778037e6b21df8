using Htmx;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Pipulate.Commentary.Response;
using Pipulate.Events.Values;
using Pipulate.Security;

namespace Pipulate.Commentary;

/// <summary>
/// The only place that decides whether an endpoint is commented on, for every kind of endpoint: filters merely fill in what they know.
/// It waits for nothing after the endpoint but the application's own code: the text is rendered, handed over, and the request is done.
/// </summary>
internal sealed class CommentaryMiddleware(
    RequestDelegate next, CommentaryPublisher text, HeaderEventHandler events, IOptions<PipulateOptions> options)
{
    private readonly bool _allOfHtmx = options.Value.CommentOn is CommentOn.HtmxRequests;
    private readonly bool _withPrefetch = options.Value.CommentOnPrefetch;

    /// <summary>Four bytes a character, and as much markup again.</summary>
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

        // With an explicit UseRouting behind this middleware there was no endpoint before. Where there was one, that one counts: an error
        // page that an exception handler in between has run in its place is not what the user asked for.
        events.Handle(context, endpoint ?? context.GetEndpoint(), exception: null);
        await text.PublishAsync(context, endpoint ?? context.GetEndpoint(), exception: null);
    }
}
