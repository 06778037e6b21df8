using System.Collections.ObjectModel;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Commentary;

/// <summary>Fills in a minimal-API handler's bound arguments and result.</summary>
internal static class CommentaryEndpointFilter
{
    public static EndpointFilterDelegate Create(EndpointFilterFactoryContext factory, EndpointFilterDelegate next)
    {
        var names = factory.MethodInfo.GetParameters().Select(parameter => parameter.Name ?? "").ToArray();
        return async invocation =>
        {
            var feature = CommentaryFeature.Of(invocation.HttpContext);
            feature.Arguments = Arguments(names, invocation.Arguments);
            var result = await next(invocation);
            feature.SetResult(result is IValueHttpResult { Value: { } value } ? value : result);
            return result;
        };
    }

    private static ReadOnlyDictionary<string, object?> Arguments(string[] names, IList<object?> values)
    {
        var arguments = new Dictionary<string, object?>(names.Length, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < names.Length && i < values.Count; i++)
        {
            arguments[names[i]] = values[i];
        }

        return arguments.AsReadOnly();
    }
}
