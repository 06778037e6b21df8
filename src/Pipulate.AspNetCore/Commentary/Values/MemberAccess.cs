using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Pipulate.Events.Values;

namespace Pipulate.Commentary;

/// <summary>Finds the public properties of types, and reads them through accessors that are compiled once. Thread-safe.</summary>
internal static class MemberAccess
{
    private static readonly ConcurrentDictionary<(Type Type, string Name), Func<object, object?>?> Readers = new();

    /// <summary>Gets the accessor of a property: an exact match, otherwise one that differs in case.</summary>
    /// <returns>
    /// The accessor, or null where there is no such property. A redacted property, and any path through it, gives only
    /// <see cref="RedactedValue"/>.
    /// </returns>
    public static Func<object, object?>? Reader(Type type, string name) =>
        Readers.GetOrAdd((type, name), static member => Find(member.Type, member.Name) is { } property ? Compile(property) : null);

    /// <summary>Gets the property of a name, or null.</summary>
    public static PropertyInfo? Find(Type type, string name)
    {
        PropertyInfo? similar = null;
        foreach (var property in Properties(type))
        {
            if (property.Name == name)
            {
                return property;
            }

            similar ??= property.Name.Equals(name, StringComparison.OrdinalIgnoreCase) ? property : null;
        }

        return similar;
    }

    /// <summary>
    /// Gets the readable public properties of a type, its own before its bases', each name once: hidden ones (<c>new</c>) are left out.
    /// Explicit implementations come last.
    /// </summary>
    public static IEnumerable<PropertyInfo> Properties(Type type)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var level = type; level is not null; level = level.BaseType)
        {
            foreach (var property in level.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            {
                if (IsReadable(property) && names.Add(property.Name))
                {
                    yield return property;
                }
            }
        }

        foreach (var property in type
            .GetInterfaces()
            .Where(contract => contract.IsVisible)
            .SelectMany(contract => contract.GetProperties()))
        {
            if (IsReadable(property) && names.Add(property.Name))
            {
                yield return property;
            }
        }
    }

    private static bool IsReadable(PropertyInfo property) =>
        property.GetGetMethod() is not null
        && property.GetIndexParameters().Length == 0
        && property.PropertyType is { IsByRef: false, IsByRefLike: false, IsPointer: false };

    private static Func<object, object?> Compile(PropertyInfo property)
    {
        if (Redaction.IsMarked(property))
        {
            // Properties of a redacted value are redacted too.
            return static _ => RedactedValue.Instance;
        }

        var target = Expression.Parameter(typeof(object));
        var read = Expression.Property(Expression.Convert(target, property.DeclaringType!), property);
        return Expression.Lambda<Func<object, object?>>(Expression.Convert(read, typeof(object)), target).Compile();
    }
}
