using System.Collections;
using System.Reflection;

namespace Pipulate.Docs.Options;

/// <summary>A setting, by the key that the configuration has for it.</summary>
/// <param name="Name">Without the section, such as <c>Limits:Send</c>.</param>
/// <param name="Property">What it sets.</param>
internal sealed record OptionKey(string Name, PropertyInfo Property)
{
    public static IReadOnlyList<OptionKey> All { get; } = [.. Read(typeof(PipulateOptions), "")];

    /// <summary>What it is set to.</summary>
    public object? ReadFrom(PipulateOptions options)
    {
        object? one = options;
        foreach (var part in Name.Split(':'))
        {
            one = one!.GetType().GetProperty(part)!.GetValue(one);
        }

        return one;
    }

    private static IEnumerable<OptionKey> Read(Type type, string before)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            // A rule is code, and has no key.
            if (typeof(Delegate).IsAssignableFrom(property.PropertyType))
            {
                continue;
            }

            // A group has no setter and is no list: its members are the keys.
            if (!property.CanWrite && !typeof(IEnumerable).IsAssignableFrom(property.PropertyType))
            {
                foreach (var inner in Read(property.PropertyType, $"{before}{property.Name}:"))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return new OptionKey(before + property.Name, property);
            }
        }
    }
}
