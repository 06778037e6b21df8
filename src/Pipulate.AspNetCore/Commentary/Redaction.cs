using System.Collections.Concurrent;
using System.IO.Enumeration;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace Pipulate.Commentary;

/// <summary>
/// Decides which values are kept from the model: those whose name is like one of <see cref="PipulateOptions.RedactFields"/>, and those
/// marked with <see cref="ChatRedactAttribute"/>.
/// </summary>
internal sealed class Redaction(IOptions<PipulateOptions> options)
{
    /// <summary>Caps the remembered names, because clients choose keys and form fields.</summary>
    private const int MaxNames = 10_000;

    private static readonly ConcurrentDictionary<Type, bool> Marked = new();

    private readonly ConcurrentDictionary<string, bool> _named = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<Endpoint, HashSet<string>> _parameters = new();

    /// <summary>Decides whether a placeholder's name, or a part of its path, names a redacted value.</summary>
    public bool Hides(Endpoint endpoint, string path)
    {
        foreach (var part in path.AsSpan().Split('.'))
        {
            if (HidesName(path[part].ToString()))
            {
                return true;
            }
        }

        var dot = path.IndexOf('.', StringComparison.Ordinal);
        return _parameters.GetOrAdd(endpoint, MarkedParameters).Contains(dot < 0 ? path : path[..dot]);
    }

    /// <summary>
    /// Decides whether values of a name are redacted, wherever they occur: a property, a key of a dictionary, a member of JSON.
    /// </summary>
    public bool HidesName(string name) => _named.Count < MaxNames ? _named.GetOrAdd(name, IsNamed) : IsNamed(name);

    /// <summary>Decides whether a part of a value is redacted, so that its text as a whole must not be shown.</summary>
    public static bool Hides(object? value) => value is not null && Marked.GetOrAdd(value.GetType(), HasMarked);

    /// <summary>
    /// Decides whether a property is marked: itself, the one that it overrides or implements, or the parameter of its record.
    /// </summary>
    public static bool IsMarked(PropertyInfo property) =>
        Attribute.IsDefined(property, typeof(ChatRedactAttribute), inherit: true)
        || IsMarkedByContract(property)
        || property.DeclaringType?.GetConstructors().Any(constructor => constructor.GetParameters().Any(
            parameter => parameter.Name == property.Name && parameter.IsDefined(typeof(ChatRedactAttribute)))) is true;

    private static bool IsMarkedByContract(PropertyInfo property) =>
        property.DeclaringType?.GetInterfaces().Any(contract =>
            contract.GetProperty(property.Name) is { } promised && promised.IsDefined(typeof(ChatRedactAttribute))) is true;

    private static bool HasMarked(Type type) => !type.IsPrimitive && type != typeof(string) && MemberAccess.Properties(type).Any(IsMarked);

    private static HashSet<string> MarkedParameters(Endpoint endpoint)
    {
        IEnumerable<MethodInfo> handlers = endpoint.Metadata.GetMetadata<ControllerActionDescriptor>() is { } action ? [action.MethodInfo]
            : endpoint.Metadata.GetMetadata<CompiledPageActionDescriptor>() is { } page
                ? page.HandlerMethods.Select(handler => handler.MethodInfo)
            : endpoint.Metadata.GetMetadata<MethodInfo>() is { } method ? [method]
            : [];
        return handlers.SelectMany(handler => handler.GetParameters())
            .Where(parameter => parameter.IsDefined(typeof(ChatRedactAttribute)))
            .Select(parameter => parameter.Name ?? "")
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    private bool IsNamed(string name) => options.Value.RedactFields.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name));
}
