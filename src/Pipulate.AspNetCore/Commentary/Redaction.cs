using System.Collections.Concurrent;
using System.IO.Enumeration;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace Pipulate.Commentary;

/// <summary>
/// Which values are kept from the model: those whose name is like one of <see cref="PipulateOptions.RedactFields"/>, and those marked <see cref="ChatRedactAttribute"/>.
/// </summary>
internal sealed class Redaction(IOptions<PipulateOptions> options)
{
    private static readonly ConcurrentDictionary<Type, bool> Marked = new();

    private readonly ConcurrentDictionary<string, bool> _named = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<Endpoint, HashSet<string>> _parameters = new();

    /// <summary>Whether a placeholder's name, or a part of its path, is that of a value to be kept.</summary>
    public bool Hides(Endpoint endpoint, string path)
    {
        foreach (var part in path.AsSpan().Split('.'))
        {
            if (_named.GetOrAdd(path[part], IsNamed))
            {
                return true;
            }
        }

        var dot = path.IndexOf('.', StringComparison.Ordinal);
        return _parameters.GetOrAdd(endpoint, MarkedParameters).Contains(dot < 0 ? path : path[..dot]);
    }

    /// <summary>Whether a value has a part that is to be kept, so that its text as a whole must not be shown.</summary>
    public static bool Hides(object? value) => value is not null && Marked.GetOrAdd(value.GetType(), HasMarked);

    /// <summary>Whether a property is marked, itself or as the parameter of its record.</summary>
    public static bool IsMarked(PropertyInfo property) =>
        property.IsDefined(typeof(ChatRedactAttribute), inherit: true)
        || property.DeclaringType?.GetConstructors().Any(constructor => constructor.GetParameters().Any(
            parameter => parameter.Name == property.Name && parameter.IsDefined(typeof(ChatRedactAttribute)))) is true;

    private static bool HasMarked(Type type) =>
        !type.IsPrimitive && type != typeof(string) && type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Any(IsMarked);

    private static HashSet<string> MarkedParameters(Endpoint endpoint)
    {
        IEnumerable<MethodInfo> handlers = endpoint.Metadata.GetMetadata<ControllerActionDescriptor>() is { } action ? [action.MethodInfo]
            : endpoint.Metadata.GetMetadata<CompiledPageActionDescriptor>() is { } page ? page.HandlerMethods.Select(handler => handler.MethodInfo)
            : endpoint.Metadata.GetMetadata<MethodInfo>() is { } method ? [method]
            : [];
        return handlers.SelectMany(handler => handler.GetParameters())
            .Where(parameter => parameter.IsDefined(typeof(ChatRedactAttribute)))
            .Select(parameter => parameter.Name ?? "")
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    private bool IsNamed(string name) => options.Value.RedactFields.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name));
}
