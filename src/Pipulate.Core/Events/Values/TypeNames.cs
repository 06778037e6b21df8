using System.Text;

namespace Pipulate.Events.Values;

/// <summary>Says in plain words what a value is of which nothing can be shown: <c>TodoStore</c> is a "todo store".</summary>
internal static class TypeNames
{
    public static string Of(Type type)
    {
        var name = type.Name.AsSpan();
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return "function";
        }

        if (typeof(Task).IsAssignableFrom(type))
        {
            return "task";
        }

        var arity = name.IndexOf('`');
        name = arity < 0 ? name : name[..arity];

        // What the compiler has made, such as an iterator, has a name that no person has given it.
        if (name.IsEmpty || name.ContainsAny('<', '>', '$'))
        {
            return "object";
        }

        var words = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            var startsWord = char.IsUpper(name[i])
                && i > 0
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (name[i] == '_' || (startsWord && words.Length > 0 && words[^1] != ' '))
            {
                words.Append(' ');
            }

            if (name[i] != '_')
            {
                words.Append(char.ToLowerInvariant(name[i]));
            }
        }

        return words.ToString().Trim();
    }
}
