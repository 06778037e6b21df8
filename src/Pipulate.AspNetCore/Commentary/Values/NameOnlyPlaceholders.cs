using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipulate.Events;

namespace Pipulate.Commentary;

/// <summary>
/// Finds the placeholders that can only give a type's name, by the types that a handler declares. Types that are known only during a
/// request are skipped.
/// </summary>
internal static class NameOnlyPlaceholders
{
    public static IEnumerable<(string Name, Type Type)> Find(PromptTemplate template, MethodInfo handler)
    {
        foreach (var name in template.Names.Distinct(StringComparer.Ordinal))
        {
            if (TypeOf(name, handler) is { } type && ValueShapes.IsNameOnly(type))
            {
                yield return (name, type);
            }
        }
    }

    /// <summary>Gets the declared type at the end of a placeholder's path, or null.</summary>
    private static Type? TypeOf(string name, MethodInfo handler)
    {
        var parts = name.Split('.');
        var parameter =
            Array.Find(handler.GetParameters(), candidate => parts[0].Equals(candidate.Name, StringComparison.OrdinalIgnoreCase));
        var type = parameter?.ParameterType ?? (parts[0] == "result" ? ResultOf(handler.ReturnType) : null);
        foreach (var part in parts.Skip(1))
        {
            var property = type is null ? null : MemberAccess.Find(type, part);
            type = property is null || Redaction.IsMarked(property) ? null : property.PropertyType;
        }

        return type;
    }

    private static Type? ResultOf(Type type)
    {
        if (type.IsGenericType
            && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)))
        {
            type = type.GetGenericArguments()[0];
        }

        var valued = type
            .GetInterfaces()
            .FirstOrDefault(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IValueHttpResult<>));
        if (valued is not null || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ActionResult<>)))
        {
            return (valued ?? type).GetGenericArguments()[0];
        }

        return type == typeof(void)
            || type == typeof(Task)
            || type == typeof(ValueTask)
            || typeof(IResult).IsAssignableFrom(type)
            || typeof(IActionResult).IsAssignableFrom(type) ? null : type;
    }
}
