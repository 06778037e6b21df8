using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pipulate.Security;

/// <summary>
/// Represents a response whose headers forbid caches to store it. A callback when it starts would not do: those that are registered earlier
/// run later, and a cache of this process looks at the headers before any of them.
/// </summary>
internal sealed class PrivateResponseFeature : IHttpResponseFeature
{
    private readonly IHttpResponseFeature _inner;
    private PrivateHeaders _headers;

    public PrivateResponseFeature(IHttpResponseFeature inner)
    {
        _inner = inner;
        _headers = new PrivateHeaders(inner.Headers);

        // For code that took a reference to the headers before.
        inner.OnStarting(static headers => ((PrivateHeaders)headers).EnforceAsync(), _headers);
    }

    public int StatusCode
    {
        get => _inner.StatusCode;
        set => _inner.StatusCode = value;
    }

    public string? ReasonPhrase
    {
        get => _inner.ReasonPhrase;
        set => _inner.ReasonPhrase = value;
    }

    public IHeaderDictionary Headers
    {
        get => _headers;
        set => _headers = new PrivateHeaders(_inner.Headers = value);
    }

    [Obsolete("Use IHttpResponseBodyFeature.Stream instead.")]
    public Stream Body
    {
        get => _inner.Body;
        set => _inner.Body = value;
    }

    public bool HasStarted => _inner.HasStarted;

    public void OnStarting(Func<object, Task> callback, object state) => _inner.OnStarting(callback, state);

    public void OnCompleted(Func<object, Task> callback, object state) => _inner.OnCompleted(callback, state);
}
