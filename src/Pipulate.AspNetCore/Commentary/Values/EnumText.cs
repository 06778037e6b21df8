using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace Pipulate.Commentary;

/// <summary>
/// Names the values of an enumeration as its author wants people to read them: by <c>[Display(Name = …)]</c>, else by <c>[Description]</c>,
/// else as they are called.
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

        // A name from a resource is in the reader's language, and in none for the model.
        return field?.GetCustomAttribute<DisplayAttribute>()?.GetName()
            ?? field?.GetCustomAttribute<DescriptionAttribute>()?.Description ?? name;
    }
}
