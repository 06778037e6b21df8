using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Pipulate.Packages.PublicApi;

/// <summary>What an assembly shows to its users, as text: types and their members, a line each, sorted, nearly as C# writes them.</summary>
internal sealed class ApiText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly NullabilityInfoContext _nullability = new();
    private readonly StringBuilder _text = new();

    public static string Of(Assembly assembly)
    {
        var api = new ApiText();
        foreach (var type in assembly
            .GetExportedTypes()
            .Where(type => !type.Name.Contains('<', StringComparison.Ordinal))
            .OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            api.Write(type);
        }

        return api._text.ToString();
    }

    private void Write(Type type)
    {
        var record = type.GetMethod("<Clone>$") is not null;
        var kind = type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
            : type.IsValueType ? type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly struct" : "struct"
            : (type.IsAbstract && type.IsSealed ? "static " : type.IsSealed ? "sealed " : type.IsAbstract ? "abstract " : "")
                + (record ? "record" : "class");
        _text.Append(_text.Length == 0 ? "" : "\n").Append(kind).Append(' ').Append(type.Namespace).Append('.').Append(NameOf(type)).Append(
            Bases(type)).Append(Constraints(type.GetGenericArguments())).Append('\n');

        var members = type.IsEnum
            ? type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(
                field => $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}")
            : type.GetMembers(Declared).Where(member => !member.IsDefined(typeof(CompilerGeneratedAttribute))).Select(
                Describe).OfType<string>();
        foreach (var member in members.Order(StringComparer.Ordinal))
        {
            _text.Append("    ").Append(member).Append('\n');
        }
    }

    private string? Describe(MemberInfo member) => member switch
    {
        ConstructorInfo constructor when Seen(constructor) =>
            $"{Scope(constructor)}{NameOf(constructor.DeclaringType!)}({Parameters(constructor)})",
        MethodInfo method when Seen(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) =>
            $"{Scope(method)}{Returned(method.ReturnParameter)} {method.Name}{Generic(method.GetGenericArguments())}({Parameters(method)}){Constraints(method.GetGenericArguments())}",
        PropertyInfo property when Accessor(property) is { } accessor =>
            $"{Scope(accessor)}{(property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "")}{NameOf(_nullability.Create(property))} {Indexed(property)} {{{Gets(property)}{Sets(property)} }}",
        FieldInfo field when field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly =>
            $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{NameOf(_nullability.Create(field))} {field.Name}{(field.IsLiteral ? $" = {Constant(field.GetRawConstantValue())}" : "")}",
        EventInfo { AddMethod: { } adder } happening when Seen(adder) =>
            $"{Scope(adder)}event {NameOf(_nullability.Create(happening))} {happening.Name}",
        _ => null,
    };

    private static bool Seen(MethodBase? method) =>
        method is not null && (method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed));

    private static MethodInfo? Accessor(PropertyInfo property) =>
        Seen(property.GetMethod) ? property.GetMethod : Seen(property.SetMethod) ? property.SetMethod : null;

    private static string Gets(PropertyInfo property) => Seen(property.GetMethod) ? " get;" : "";

    private static string Sets(PropertyInfo property) =>
        !Seen(property.SetMethod) ? ""
        : property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;"
        : property.SetMethod.IsPublic ? " set;" : " protected set;";

    private string Indexed(PropertyInfo property) =>
        property.GetIndexParameters() is { Length: > 0 } index ? $"this[{string.Join(", ", index.Select(Parameter))}]" : property.Name;

    private static string Scope(MethodBase method) =>
        (method.IsPublic ? "" : "protected ")
        + (method.IsStatic ? "static " : "")
        + (method.DeclaringType!.IsInterface ? method is { IsAbstract: false, IsStatic: false } ? "default " : ""
            : method is not MethodInfo { IsVirtual: true } info ? ""
            : info.IsAbstract ? "abstract "
            : info.GetBaseDefinition().DeclaringType != info.DeclaringType ? "override "
            : info.IsFinal ? "" : "virtual ");

    private string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "") + string.Join(", ", method.GetParameters().Select(Parameter));

    private string Parameter(ParameterInfo parameter) =>
        (parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : "")
        + (!parameter.ParameterType.IsByRef ? "" : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ")
        + $"{NameOf(_nullability.Create(parameter))} {parameter.Name}"
        + (parameter.HasDefaultValue ? $" = {Constant(parameter.DefaultValue)}" : "");

    private string Returned(ParameterInfo parameter) =>
        (parameter.ParameterType.IsByRef ? "ref " : "") + NameOf(_nullability.Create(parameter));

    private static string Constant(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool yes => yes ? "true" : "false",
        Enum name => $"{name.GetType().Name}.{name}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Bases(Type type)
    {
        if (type.IsEnum)
        {
            return "";
        }

        // An interface that a base already has says nothing new.
        var inherited = (type.BaseType?.GetInterfaces() ?? [])
            .Concat(type.GetInterfaces().SelectMany(one => one.GetInterfaces()))
            .ToHashSet();
        var bases = new[] { type.BaseType }.Where(one => one is not null && one != typeof(object) && one != typeof(ValueType))
            .Concat(type
                .GetInterfaces()
                .Where(one => !inherited.Contains(one) && one.IsVisible)
                .OrderBy(one => one.FullName, StringComparer.Ordinal));
        return string.Join(", ", bases.Select(one => NameOf(one!))) is { Length: > 0 } names ? $" : {names}" : "";
    }

    private static string Constraints(Type[] arguments) => string.Concat(arguments.Select(argument =>
    {
        var flags = argument.GenericParameterAttributes;
        var rules = new List<string>();
        if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            rules.Add("class");
        }

        if (flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
        {
            rules.Add("struct");
        }

        rules.AddRange(argument.GetGenericParameterConstraints().Where(one => one != typeof(ValueType)).Select(one => NameOf(one)));
        if (flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint)
            && !flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
        {
            rules.Add("new()");
        }

        return rules.Count == 0 ? "" : $" where {argument.Name} : {string.Join(", ", rules)}";
    }));

    private static string Generic(Type[] arguments) =>
        arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(argument => NameOf(argument)))}>";

    private static string NameOf(NullabilityInfo info)
    {
        var name = NameOf(info.Type, info);
        return info.ReadState is NullabilityState.Nullable && !info.Type.IsValueType ? $"{name}?" : name;
    }

    private static string NameOf(Type type, NullabilityInfo? info = null)
    {
        if (type.IsByRef)
        {
            return NameOf(type.GetElementType()!, info);
        }

        if (type.IsArray)
        {
            return (info?.ElementType is { } element ? NameOf(element) : NameOf(type.GetElementType()!)) + "[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return $"{NameOf(value)}?";
        }

        var simple = type.IsEnum ? null : Type.GetTypeCode(type) switch
        {
            TypeCode.String => "string",
            TypeCode.Boolean => "bool",
            TypeCode.Int32 => "int",
            TypeCode.Int64 => "long",
            TypeCode.Double => "double",
            TypeCode.Byte => "byte",
            TypeCode.Char => "char",
            _ => type == typeof(void) ? "void" : type == typeof(object) ? "object" : null,
        };
        if (simple is not null || type.IsGenericParameter)
        {
            return simple ?? type.Name;
        }

        var outer = type.IsNested ? $"{NameOf(type.DeclaringType!)}." : "";
        var arguments = type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0).ToArray();
        var names = info?.GenericTypeArguments is { Length: > 0 } known && known.Length == arguments.Length
            ? known.Select(NameOf)
            : arguments.Select(one => NameOf(one));
        return outer + type.Name.Split('`')[0] + (arguments.Length == 0 ? "" : $"<{string.Join(", ", names)}>");
    }
}
