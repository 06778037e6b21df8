using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace Pipulate.Commentary;

/// <summary>
/// Gets the names of enumeration values for people: by <c>[Display(Name = …)]</c>, otherwise by <c>[Description]</c>, otherwise the
/// name in code.
/// </summary>
internal static class EnumText
{
    public static string Of(Enum value)
    {
        var names = value.ToString();
        var type = value.GetType();
        return names.Contains(", ", StringComparison.Ordinal)
            ? string.Join(", ", names.Split(", ").Select(name => Of(type, name)))
            : Of(type, names);
    }

    private static string Of(Type type, string name)
    {
        var field = type.GetField(name);

        // A name from a resource is in the user's language, and for the model in none.
        return field?.GetCustomAttribute<DisplayAttribute>()?.GetName()
            ?? field?.GetCustomAttribute<DescriptionAttribute>()?.Description ?? name;
    }
}
