using Microsoft.AspNetCore.Http;

namespace Pipulate.Commentary;

/// <summary>Passes what filters and the handler know of a request to the middleware, which cannot see it itself.</summary>
internal sealed class CommentaryFeature
{
    private Dictionary<string, object?>? _set;
    private IDictionary<string, object?>? _named;
    private string[] _names = [];
    private IList<object?> _values = [];

    /// <summary>Gets the endpoint with commentary. Null where it is not known yet, because the middleware runs before routing.</summary>
    public Endpoint? Endpoint { get; private set; }

    /// <summary>Gets a value indicating whether a filter captured the result, which may be null.</summary>
    public bool HasResult { get; private set; }

    public object? Result { get; private set; }

    /// <summary>Gets or sets the text of the response, where a template names it and it is text.</summary>
    public string? Response { get; set; }

    /// <summary>Gets or sets the commentary of the page's handler method, or null when it has none.</summary>
    public PageHandlerCommentary? Handler { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether the action failed although the status does not show it: a form shown again with errors, a
    /// refusal
    /// that redirects to a login.
    /// </summary>
    public bool Failed { get; set; }

    /// <summary>Gets or sets the status of the endpoint's result, if that was a failure.</summary>
    public int? FailedWith { get; set; }

    /// <summary>Gets or sets the error that the application itself sent to the client.</summary>
    public string? Error { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether the model was notified of this request: an error page that runs through the pipeline again
    /// is not
    /// a second event.
    /// </summary>
    public bool IsPublished { get; set; }

    /// <summary>Gets or sets a value indicating whether the event that the request carries was handled or ignored already.</summary>
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
    /// Gets the feature for a filter; null for an endpoint that runs in place of the original one, such as an error page behind the
    /// middleware.
    /// </summary>
    public static CommentaryFeature? ToFill(HttpContext context)
    {
        var feature = Of(context);
        var endpoint = context.GetEndpoint();
        feature.Endpoint ??= endpoint;
        return ReferenceEquals(feature.Endpoint, endpoint) ? feature : null;
    }

    /// <summary>
    /// Starts to record an endpoint. What filters recorded of another one, which this one replaces as an error page, is dropped; values
    /// that the
    /// application has set are kept.
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

    /// <summary>Sets a handler's bound arguments. They are not copied, because most requests use one or two of them.</summary>
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
