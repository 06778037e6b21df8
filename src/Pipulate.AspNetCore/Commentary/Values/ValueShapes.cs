using System.Collections;
using System.Globalization;
using System.Security.Claims;
using System.Security.Principal;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Primitives;
using Pipulate.Events.Values;

namespace Pipulate.Commentary;

/// <summary>
/// Reads the values of an ASP.NET Core application: what handlers are given and return, and the application's own objects.
/// </summary>
internal sealed class ValueShapes(Redaction redaction) : IValueShapes
{
    public bool Hides(string name) => redaction.HidesName(name);

    public object? Describe(object value)
    {
        if (Redaction.Hides(value))
        {
            return RedactedValue.Instance;
        }

        return value switch
        {
            Enum name => EnumText.Of(name),
            IFormFile or Stream or FileSystemInfo or FileValue => FileValue.Describe(value),
            IResult or IActionResult => ResultValue.Describe(value),
            ProblemDetails problem => ErrorText.Of(problem),
            ClaimsPrincipal principal => (object?)principal.Identity?.Name ?? new ValueName("user"),
            IIdentity identity => (object?)identity.Name ?? new ValueName("user"),
            Type type => new ValueName(TypeNames.Of(type)),
            Task task => Unwrap(task),
            IHeaderDictionary => new ValueName("headers"),
            IEnumerable<KeyValuePair<string, StringValues>> fields =>
                new ValueMembers(
                    fields.Select(field => new ValueMember(field.Key, () => field.Value.Count == 1 ? field.Value[0] : field.Value)),
                    Named: false),
            _ => DescribeByType(value),
        };
    }

    /// <summary>
    /// Gets a value indicating whether only the type's name can be shown of a value with this declared type. A value that is declared as an
    /// interface may be anything.
    /// </summary>
    public static bool IsNameOnly(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (typeof(IQueryable).IsAssignableFrom(type)
            || IsGeneric(type, typeof(IAsyncEnumerable<>))
            || typeof(Delegate).IsAssignableFrom(type))
        {
            return true;
        }

        if (type.IsInterface
            || type == typeof(object)
            || type.IsEnum
            || type.IsPrimitive
            || type == typeof(string)
            || typeof(IEnumerable).IsAssignableFrom(type)
            || typeof(IFormattable).IsAssignableFrom(type)
                || typeof(Task).IsAssignableFrom(type)
                || typeof(IResult).IsAssignableFrom(type)
                || typeof(IActionResult).IsAssignableFrom(type)
            || typeof(Stream).IsAssignableFrom(type)
                || typeof(ProblemDetails).IsAssignableFrom(type)
                || typeof(ClaimsPrincipal).IsAssignableFrom(type)
            || typeof(System.Runtime.CompilerServices.ITuple).IsAssignableFrom(type)
                || typeof(IIdentity).IsAssignableFrom(type)
                || IsByteMemory(type)
                || IsJson(type))
        {
            return false;
        }

        return ObjectShape.Of(type) is { HasOwnText: false, Properties.Count: 0, Count: null };
    }

    private static object? DescribeByType(object value)
    {
        var type = value.GetType();
        if (type.IsGenericType)
        {
            var definition = type.GetGenericTypeDefinition();
            if (definition == typeof(Lazy<>))
            {
                return MemberAccess.Reader(type, nameof(Lazy<>.IsValueCreated))!(value) is true
                    ? MemberAccess.Reader(type, nameof(Lazy<>.Value))!(value)
                    : new ValueName(TypeNames.Of(type.GetGenericArguments()[0]));
            }

            if (definition == typeof(ValueTask<>))
            {
                // A ValueTask may be awaited only once, by the application.
                return new ValueName("task");
            }
        }

        if (ObjectShape.IsPair(type))
        {
            return new ValueMembers([Entry(value)], Named: false);
        }

        if (value is ValueTask)
        {
            return new ValueName("task");
        }

        if (IsByteMemory(type))
        {
            return value;
        }

        var shape = ObjectShape.Of(type);
        if (shape.HasOwnText && !(value is IEnumerable && ObjectShape.IsOfFramework(type)))
        {
            return value is IFormattable ? value : value.ToString() ?? "";
        }

        if (value is IDictionary or ICollection or ICollection<KeyValuePair<string, object?>>)
        {
            return value;
        }

        if (value is IEnumerable items && shape.Count is { } count)
        {
            return shape.IsDictionary
                ? new ValueMembers(items.Cast<object>().Select(Entry), Named: false)
                : new ValueItems(items, (int)count.GetValue(value)!);
        }

        if (value is IEnumerable || IsGeneric(type, typeof(IAsyncEnumerable<>)))
        {
            return new ValueName("sequence");
        }

        if (value is IFormattable)
        {
            return value;
        }

        return shape.Properties.Count > 0
            ? new ValueMembers(shape.Properties.Select(property => new ValueMember(property.Name, () => property.Read(value))), Named: true)
            : new ValueName(shape.Name);
    }

    /// <summary>Gets the result of a completed task, without waiting for one that is running.</summary>
    private static object? Unwrap(Task task)
    {
        var result = task.IsCompletedSuccessfully ? MemberAccess.Reader(task.GetType(), nameof(Task<>.Result)) : null;
        return result?.Invoke(task) is { } value && value.GetType().Name != "VoidTaskResult" ? value : new ValueName("task");
    }

    private static ValueMember Entry(object pair)
    {
        var key = MemberAccess.Reader(pair.GetType(), "Key")!(pair);
        return new ValueMember(
            key as string ?? (key is null
                ? ""
                : ScalarText.OfNumber(key, CultureInfo.InvariantCulture) ?? ScalarText.Of(key, null) ?? key.ToString() ?? ""),
            () => MemberAccess.Reader(pair.GetType(), "Value")!(pair));
    }

    private static bool IsByteMemory(Type type) =>
        type == typeof(Memory<byte>) || type == typeof(ReadOnlyMemory<byte>) || type == typeof(ArraySegment<byte>);

    private static bool IsJson(Type type) => type.Namespace == "System.Text.Json" || type.Namespace == "System.Text.Json.Nodes";

    private static bool IsGeneric(Type type, Type definition) =>
        (type.IsGenericType && type.GetGenericTypeDefinition() == definition)
        || type.GetInterfaces().Any(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == definition);
}
