using System.Collections.Concurrent;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Pipulate.Events.Values;

namespace Pipulate.Commentary;

/// <summary>Describes how the values of a type are shown, determined once per type.</summary>
/// <remarks>
/// Properties that hold other objects are left out: reading them may load them from a database, and may never end. An anonymous object is
/// written for this purpose, so all of its properties are shown.
/// </remarks>
internal sealed class ObjectShape
{
    private static readonly ConcurrentDictionary<Type, ObjectShape> Shapes = new();

    private static readonly HashSet<Type> SimpleTypes =
    [
        typeof(string), typeof(decimal), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan),
        typeof(Guid), typeof(Uri), typeof(Version),
        typeof(Half), typeof(Int128), typeof(UInt128), typeof(BigInteger),
    ];

    private ObjectShape(Type type)
    {
        HasOwnText = OwnsText(type);
        Name = TypeNames.Of(type);
        Properties = HasOwnText || IsOfFramework(type) ? [] : FindProperties(type);
        var contracts = type.GetInterfaces().Where(contract => contract.IsGenericType).ToList();
        var collection = contracts.FirstOrDefault(contract => contract.GetGenericTypeDefinition() == typeof(IReadOnlyCollection<>))
            ?? contracts.FirstOrDefault(contract => contract.GetGenericTypeDefinition() == typeof(ICollection<>));
        Count = collection?.GetProperty(nameof(ICollection<>.Count));
        IsDictionary = collection is not null && IsPair(collection.GetGenericArguments()[0]);
    }

    /// <summary>Gets a value indicating whether the type has a <c>ToString</c> of its own, not of the compiler.</summary>
    public bool HasOwnText { get; }

    /// <summary>Gets the type's name in plain words.</summary>
    public string Name { get; }

    /// <summary>Gets the simple public properties.</summary>
    public IReadOnlyList<(string Name, Func<object, object?> Read)> Properties { get; }

    /// <summary>Gets the property with the number of items of a collection; null where the type has none.</summary>
    public PropertyInfo? Count { get; }

    /// <summary>Gets a value indicating whether the collection consists of keys and values.</summary>
    public bool IsDictionary { get; }

    public static ObjectShape Of(Type type) => Shapes.GetOrAdd(type, static type => new ObjectShape(type));

    /// <summary>
    /// Decides whether a type is the framework's. Such types have texts where they are to be read; their properties are internals, and may
    /// hold what a client has sent.
    /// </summary>
    public static bool IsOfFramework(Type type) =>
        type.Assembly.GetName().Name is { } name
            && (name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.", StringComparison.Ordinal));

    public static bool IsPair(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>);

    private static bool OwnsText(Type type) =>
        type.GetMethod(nameof(ToString), Type.EmptyTypes) is { } method
        && method.DeclaringType != typeof(object)
        && method.DeclaringType != typeof(ValueType)
        && !IsPair(type)
        && !IsAnonymous(type)
        && !method.IsDefined(typeof(CompilerGeneratedAttribute));

    private static (string Name, Func<object, object?> Read)[] FindProperties(Type type)
    {
        var all = IsAnonymous(type);
        return
        [
            .. from property in MemberAccess.Properties(type)
               where property.DeclaringType is { IsInterface: false } && (all || (IsSimple(property.PropertyType) && !IsLeftOut(property)))
               select (property.Name, MemberAccess.Reader(type, property.Name)!),
        ];
    }

    private static bool IsAnonymous(Type type) =>
        type.Name.Contains("AnonymousType", StringComparison.Ordinal) && type.IsDefined(typeof(CompilerGeneratedAttribute));

    private static bool IsSimple(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsPrimitive
            || type.IsEnum
            || SimpleTypes.Contains(type)
            || (type is { IsValueType: true, IsGenericType: false } && !IsOfFramework(type) && OwnsText(type));
    }

    /// <summary>Decides whether a property is left out: one that is not for the client is not for the model.</summary>
    private static bool IsLeftOut(PropertyInfo property) =>
        property.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.Always };
}
