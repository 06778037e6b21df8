using Microsoft.AspNetCore.Http;

namespace Pipulate.Commentary;

/// <summary>What filters and the handler know of a request and the middleware cannot see: filled in by them, read by it.</summary>
internal sealed class CommentaryFeature
{
    private Dictionary<string, object?>? _set;

    /// <summary>The handler's bound arguments by name, or null when no filter saw them.</summary>
    public IReadOnlyDictionary<string, object?>? Arguments { get; set; }

    /// <summary>Whether a filter saw the result; it may have been null.</summary>
    public bool HasResult { get; private set; }

    public object? Result { get; private set; }

    /// <summary>Whether a form was shown again with errors: the status says 200, and nothing was done.</summary>
    public bool Invalid { get; set; }

    public static CommentaryFeature Of(HttpContext context)
    {
        var feature = context.Features.Get<CommentaryFeature>();
        if (feature is null)
        {
            context.Features.Set(feature = new CommentaryFeature());
        }

        return feature;
    }

    public void Set(string name, object? value) => (_set ??= new(StringComparer.OrdinalIgnoreCase))[name] = value;

    public bool TryGetSet(string name, out object? value)
    {
        value = null;
        return _set is not null && _set.TryGetValue(name, out value);
    }

    public void SetResult(object? result)
    {
        HasResult = true;
        Result = result;
    }
}
