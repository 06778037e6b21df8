using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pipulate.Commentary;

/// <summary>
/// Lets the handler of an error page run behind a filter. The framework takes a status from 400 on as a sign that the handler's arguments
/// could not be bound, and skips the handler; but while an error page runs, the status is that of the failed request. So this class records
/// whether the status was set since, and shows 200 to the framework until it is.
/// </summary>
internal sealed class ErrorPageResponse(IHttpResponseFeature inner, bool showsSuccess = false) : IHttpResponseFeature
{
    private bool _isSet;

    public int StatusCode
    {
        get => showsSuccess && !_isSet ? StatusCodes.Status200OK : inner.StatusCode;
        set
        {
            _isSet = true;
            inner.StatusCode = value;
        }
    }

    public string? ReasonPhrase
    {
        get => inner.ReasonPhrase;
        set => inner.ReasonPhrase = value;
    }

    public IHeaderDictionary Headers
    {
        get => inner.Headers;
        set => inner.Headers = value;
    }

#pragma warning disable CS0618 // The interface still has it.
    public Stream Body
    {
        get => inner.Body;
        set => inner.Body = value;
    }
#pragma warning restore CS0618

    public bool HasStarted => inner.HasStarted;

    public void OnStarting(Func<object, Task> callback, object state) => inner.OnStarting(callback, state);

    public void OnCompleted(Func<object, Task> callback, object state) => inner.OnCompleted(callback, state);

    /// <summary>Makes an endpoint record whether its arguments could be bound, where the request had failed before it.</summary>
    public static RequestDelegate Watch(RequestDelegate endpoint) =>
        context => context.Response.StatusCode < StatusCodes.Status400BadRequest ? endpoint(context) : RunAsync(endpoint, context);

    /// <summary>
    /// Gets the invocation for the filters and the framework behind this one, so that the handler runs if its arguments could be bound.
    /// </summary>
    public static EndpointFilterInvocationContext Pass(EndpointFilterInvocationContext invocation) =>
        invocation.HttpContext.Features.Get<IHttpResponseFeature>() is ErrorPageResponse { _isSet: false } response
            ? new Invocation(invocation, response)
            : invocation;

    private static async Task RunAsync(RequestDelegate endpoint, HttpContext context)
    {
        var response = context.Features.GetRequiredFeature<IHttpResponseFeature>();
        context.Features.Set<IHttpResponseFeature>(new ErrorPageResponse(response));
        try
        {
            await endpoint(context);
        }
        finally
        {
            context.Features.Set(response);
        }
    }

    /// <summary>
    /// Represents the same invocation with a response that shows success to the framework; the handler's own arguments are unchanged, also
    /// the real
    /// <see cref="HttpContext"/>.
    /// </summary>
    private sealed class Invocation(EndpointFilterInvocationContext inner, ErrorPageResponse response) : EndpointFilterInvocationContext
    {
        public override HttpContext HttpContext { get; } = Show(inner.HttpContext, response);

        public override IList<object?> Arguments => inner.Arguments;

        public override T GetArgument<T>(int index) => inner.GetArgument<T>(index);

        private static DefaultHttpContext Show(HttpContext context, ErrorPageResponse response)
        {
            // Created on first use; this makes both contexts share it.
            _ = context.Items;
            var features = new FeatureCollection(context.Features);
            features.Set<IHttpResponseFeature>(new ErrorPageResponse(response, showsSuccess: true));
            return new DefaultHttpContext(features);
        }
    }
}
