using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipulate.Events.Values;

namespace Pipulate.Commentary;

/// <summary>Reads <c>Title</c> or <c>Owner.Name</c> of an object, of a dictionary or of JSON, without blocking on tasks.</summary>
internal static class MemberPath
{
    /// <summary>Follows the path; a null on the way is a null at its end.</summary>
    /// <returns>Whether every name on the way is a public property, a key or an item of a tuple.</returns>
    public static bool TryRead(object? target, ReadOnlySpan<char> path, out object? value)
    {
        value = target;
        foreach (var part in path.Split('.'))
        {
            if (value is null or RedactedValue)
            {
                return true;
            }

            if (!TryReadMember(value, path[part].ToString(), out value))
            {
                value = null;
                return false;
            }
        }

        return true;
    }

    private static bool TryReadMember(object target, string name, out object? value)
    {
        switch (target)
        {
            case Task { IsCompletedSuccessfully: false }:
                // Reading its result would block.
                value = null;
                return false;
            case JsonDocument document:
                return TryReadJson(document.RootElement, name, out value);
            case JsonElement element:
                return TryReadJson(element, name, out value);
            case JsonObject members:
                return TryReadKey(members.Select(member => KeyValuePair.Create(member.Key, (object?)member.Value)), name, out value);
            case ICollection<KeyValuePair<string, object?>> entries when TryReadKey(entries, name, out value):
            case IDictionary map when TryReadKey(Entries(map), name, out value):
                return true;
            case ITuple tuple when IsItem(name, tuple.Length, out var item):
                value = tuple[item];
                return true;
        }

        var read = MemberAccess.Reader(target.GetType(), name);
        value = read?.Invoke(target);
        return read is not null;
    }

    private static bool TryReadJson(JsonElement element, string name, out object? value)
    {
        value = null;
        return element.ValueKind is JsonValueKind.Object
            && TryReadKey(
                element.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, (object?)member.Value)), name, out value);
    }

    /// <summary>Reads an entry of a dictionary: an exact match of the key wins over one that differs in case.</summary>
    private static bool TryReadKey(IEnumerable<KeyValuePair<string, object?>> entries, string name, out object? value)
    {
        value = null;
        var found = false;
        foreach (var (key, candidate) in entries)
        {
            if (key == name)
            {
                value = candidate;
                return true;
            }

            if (!found && key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                (found, value) = (true, candidate);
            }
        }

        return found;
    }

    private static IEnumerable<KeyValuePair<string, object?>> Entries(IDictionary entries)
    {
        var enumerator = entries.GetEnumerator();
        while (enumerator.MoveNext())
        {
            if (enumerator.Key is string key)
            {
                yield return KeyValuePair.Create(key, enumerator.Value);
            }
        }
    }

    private static bool IsItem(string name, int length, out int index)
    {
        index = 0;
        var isItem = name.StartsWith("Item", StringComparison.OrdinalIgnoreCase)
            && int.TryParse(name.AsSpan("Item".Length), NumberStyles.None, CultureInfo.InvariantCulture, out index)
            && index > 0 && index <= length;
        index--;
        return isItem;
    }
}
