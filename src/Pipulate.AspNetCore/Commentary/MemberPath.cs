using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;

namespace Pipulate.Commentary;

/// <summary>Reads <c>Title</c> or <c>Owner.Name</c> of an object through accessors that are compiled once for each type.</summary>
internal static class MemberPath
{
    private static readonly ConcurrentDictionary<(Type Type, string Name), Func<object, object?>?> Accessors = new();

    /// <summary>Follows the path; a null on the way is a null at its end.</summary>
    /// <returns>Whether every name on the way is a public property.</returns>
    public static bool TryRead(object? target, ReadOnlySpan<char> path, out object? value)
    {
        value = target;
        foreach (var part in path.Split('.'))
        {
            if (value is null or RedactedValue)
            {
                return true;
            }

            if (Accessors.GetOrAdd((value.GetType(), path[part].ToString()), Compile) is not { } accessor)
            {
                value = null;
                return false;
            }

            value = accessor(value);
        }

        return true;
    }

    private static Func<object, object?>? Compile((Type Type, string Name) member)
    {
        const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance;
        var property = member.Type.GetProperty(member.Name, Public)
            ?? member.Type.GetProperties(Public).FirstOrDefault(candidate => candidate.Name.Equals(member.Name, StringComparison.OrdinalIgnoreCase));
        if (property is not { CanRead: true } || property.GetIndexParameters().Length > 0)
        {
            return null;
        }

        if (Redaction.IsMarked(property))
        {
            // What lies behind it is kept as well: nothing leads on from here.
            return static _ => RedactedValue.Instance;
        }

        var target = Expression.Parameter(typeof(object));
        var read = Expression.Property(Expression.Convert(target, member.Type), property);
        return Expression.Lambda<Func<object, object?>>(Expression.Convert(read, typeof(object)), target).Compile();
    }
}
