using Microsoft.AspNetCore.Http;

namespace Pipulate.Commentary;

/// <summary>What filters and the handler know of a request and the middleware cannot see: filled in by them, read by it.</summary>
internal sealed class CommentaryFeature
{
    private Dictionary<string, object?>? _set;
    private IDictionary<string, object?>? _named;
    private string[] _names = [];
    private IList<object?> _values = [];

    /// <summary>Gets what is watched. Null where it is not known yet, because the middleware stands before routing.</summary>
    public Endpoint? Endpoint { get; private set; }

    /// <summary>Whether a filter saw the result; it may have been null.</summary>
    public bool HasResult { get; private set; }

    public object? Result { get; private set; }

    /// <summary>Gets or sets the text of the response, where a template names it and it is text.</summary>
    public string? Response { get; set; }

    /// <summary>What the page's handler method carries, or null when there is none.</summary>
    public PageHandlerCommentary? Handler { get; set; }

    /// <summary>
    /// Whether nothing was done although the status does not say so: a form shown again with errors, a refusal that redirects to a login.
    /// </summary>
    public bool Failed { get; set; }

    /// <summary>Gets or sets the status of what the endpoint returned, if that was a failure.</summary>
    public int? FailedWith { get; set; }

    /// <summary>What went wrong, as the application itself told the client.</summary>
    public string? Error { get; set; }

    /// <summary>
    /// Whether this request was told to the model: an error page that runs through the pipeline again is not told as well.
    /// </summary>
    public bool IsPublished { get; set; }

    /// <summary>Whether the event that the request carries was looked at, and told or not.</summary>
    public bool EventSeen { get; set; }

    public static CommentaryFeature Of(HttpContext context)
    {
        var feature = context.Features.Get<CommentaryFeature>();
        if (feature is null)
        {
            context.Features.Set(feature = new CommentaryFeature());
        }

        return feature;
    }

    /// <summary>
    /// Gets what a filter is to fill in; null for an endpoint that runs in place of the one that is watched, as an error page does behind
    /// the middleware.
    /// </summary>
    public static CommentaryFeature? ToFill(HttpContext context)
    {
        var feature = Of(context);
        var endpoint = context.GetEndpoint();
        feature.Endpoint ??= endpoint;
        return ReferenceEquals(feature.Endpoint, endpoint) ? feature : null;
    }

    /// <summary>
    /// Begins to watch an endpoint. What filters said of another one, in whose place this is run as an error page, is not said of this;
    /// what the application has set is.
    /// </summary>
    public void Watch(Endpoint? endpoint)
    {
        if (Endpoint is not null && !ReferenceEquals(Endpoint, endpoint))
        {
            (_names, _values, _named) = ([], [], null);
            (HasResult, Result, Handler, Failed, FailedWith, Error) = (false, null, null, false, null, null);
        }

        Endpoint = endpoint;
    }

    public void Set(string name, object? value) => (_set ??= new(StringComparer.OrdinalIgnoreCase))[name] = value;

    public bool TryGetSet(string name, out object? value)
    {
        value = null;
        return _set is not null && _set.TryGetValue(name, out value);
    }

    /// <summary>Takes a handler's bound arguments as they are; nothing is copied, for most requests name one or two of them.</summary>
    public void SetArguments(string[] names, IList<object?> values) => (_names, _values, _named) = (names, values, null);

    /// <inheritdoc cref="SetArguments(string[], IList{object?})"/>
    public void SetArguments(IDictionary<string, object?> named) => _named = named;

    public bool TryGetArgument(string name, out object? value)
    {
        if (_named is not null)
        {
            return _named.TryGetValue(name, out value);
        }

        for (var i = 0; i < _names.Length && i < _values.Count; i++)
        {
            if (_names[i].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                value = _values[i];
                return true;
            }
        }

        value = null;
        return false;
    }

    public Dictionary<string, object?> CopyArguments()
    {
        var copy = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in _named?.Keys ?? (IEnumerable<string>)_names)
        {
            if (TryGetArgument(name, out var value))
            {
                copy[name] = value;
            }
        }

        return copy;
    }

    public void SetResult(object? result)
    {
        HasResult = true;
        Result = result;
        Error ??= ErrorText.Of(result);
    }
}
