using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipulate.Events.Values;

/// <summary>
/// Writes one value and what it consists of. A collection is read only if it knows how many items it has: a lazy one belongs to the code
/// that made it,
/// and reading it a second time may repeat its work, wait, or never end.
/// </summary>
internal sealed class ValueWriter(StringBuilder text, bool quoted, int longest, IValueShapes? shapes, Action<Exception>? failed)
{
    private const int ItemsShown = 5;
    private const int MembersShown = 10;
    private const int Deepest = 4;

    private readonly CultureInfo _culture = quoted ? CultureInfo.InvariantCulture : CultureInfo.CurrentCulture;
    private readonly int _longest = longest;
    private int _left = longest;

    public void Write(object? value) => Write(value, depth: 0);

    private void Write(object? value, int depth)
    {
        switch (value)
        {
            case null:
                Say(quoted ? "null" : depth > 0 ? "–" : "");
                break;
            case string or char or char[] or Rune:
                WriteText(value as string ?? (value is char[] characters ? new string(characters) : value.ToString()!));
                break;
            case bool truth:
                Say(truth ? "true" : "false");
                break;
            case RedactedValue:
                Say(RedactedValue.Text);
                break;
            case ValueName { Words: var words }:
                Say(words);
                break;
            case ValueItems { Items: var items, Count: var count }:
                WriteItems(items, count, depth);
                break;
            case ValueMembers { Members: var members, Named: var named }:
                WriteMembers(members, named, depth);
                break;
            default:
                if (ScalarText.OfNumber(value, _culture) is { } number)
                {
                    WriteNumber(number);
                }
                else if (value is not Enum && ScalarText.Of(value, quoted ? null : _culture) is { } scalar)
                {
                    WriteText(scalar);
                }
                else if (depth > Deepest)
                {
                    Say("…");
                }
                else
                {
                    WriteComposite(value, depth);
                }

                break;
        }
    }

    private void WriteComposite(object value, int depth)
    {
        switch (value)
        {
            case JsonDocument document:
                WriteJson(document.RootElement, depth);
                return;
            case JsonElement element:
                WriteJson(element, depth);
                return;
            case JsonValue node:
                WriteJson(
                    node.GetValueKind() is JsonValueKind.String ? node.GetValue<string>() : JsonElement.Parse(node.ToJsonString()), depth);
                return;
            case JsonObject members:
                WriteMembers(members.Select(member => new ValueMember(member.Key, () => member.Value)), named: false, depth);
                return;
            case JsonArray items:
                WriteItems(items, items.Count, depth);
                return;
            case ITuple tuple:
                WriteItems(Enumerable.Range(0, tuple.Length).Select(i => tuple[i]), tuple.Length, depth);
                return;
            case Exception exception:
                // Its own text holds a stack trace, and its message was not written for users.
                Say(TypeNames.Of(exception.GetType()));
                return;
        }

        var described = shapes is null ? value : shapes.Describe(value);
        if (!ReferenceEquals(described, value))
        {
            Write(described, depth);
            return;
        }

        switch (value)
        {
            case byte[] or Memory<byte> or ReadOnlyMemory<byte> or ArraySegment<byte>:
                Say(CountBytes(value));
                break;
            case IDictionary entries:
                WriteMembers(Entries(entries), named: false, depth);
                break;
            case ICollection<KeyValuePair<string, object?>> entries:
                WriteMembers(entries.Select(entry => new ValueMember(entry.Key, () => entry.Value)), named: false, depth);
                break;
            case ICollection items:
                WriteItems(items, items.Count, depth);
                break;
            case IReadOnlyCollection<object?> items:
                WriteItems(items, items.Count, depth);
                break;
            case IFormattable formattable:
                WriteText(formattable.ToString(null, _culture));
                break;
            default:
                WriteOwnText(value);
                break;
        }
    }

    /// <summary>Recognises a text that is nothing but the type's name, which was not written for a reader.</summary>
    private void WriteOwnText(object value)
    {
        var type = value.GetType();
        var own = value.ToString() ?? "";
        if (own == type.ToString())
        {
            Say(value is IEnumerable ? "sequence" : TypeNames.Of(type));
        }
        else
        {
            WriteText(own);
        }
    }

    private void WriteItems(IEnumerable items, int count, int depth)
    {
        if (count == 0)
        {
            Say("none");
            return;
        }

        var nested = depth > 0;
        Say(nested ? quoted ? "[" : "(" : "");
        var shown = 0;
        foreach (var item in items)
        {
            if (shown == ItemsShown || (shown > 0 && _left <= 0))
            {
                break;
            }

            text.Append(shown++ > 0 ? ", " : "");
            Write(item, depth + 1);
        }

        if (count > shown)
        {
            text.Append(CultureInfo.InvariantCulture, $" and {count - shown} more");
        }

        Say(nested ? quoted ? "]" : ")" : "");
    }

    private void WriteMembers(IEnumerable<ValueMember> members, bool named, int depth)
    {
        var (open, close) = quoted ? ("{ ", " }") : depth > 0 ? ("(", ")") : ("", "");
        var shown = 0;
        foreach (var (name, read) in members)
        {
            if (shown == MembersShown || (shown > 0 && _left <= 0))
            {
                text.Append(", …");
                break;
            }

            text.Append(shown++ > 0 ? ", " : open);
            if (named)
            {
                Say(name);
            }
            else
            {
                WriteText(name);
            }

            text.Append(": ");
            WriteMember(name, read, depth);
        }

        Say(shown == 0 ? "none" : close);
    }

    private void WriteMember(string name, Func<object?> read, int depth)
    {
        if (shapes is not null && shapes.Hides(name))
        {
            Say(RedactedValue.Text);
            return;
        }

        var beginning = text.Length;
        try
        {
            Write(read(), depth + 1);
        }
        catch (Exception exception)
        {
            // The member is the application's code. The others can still be shown.
            text.Length = beginning;
            Say(PlaceholderValue.Unknown);
            failed?.Invoke(exception);
        }
    }

    private void WriteJson(object? json, int depth)
    {
        if (json is not JsonElement element)
        {
            Write(json, depth);
            return;
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                WriteMembers(
                    element.EnumerateObject().Select(member => new ValueMember(member.Name, () => member.Value)), named: false, depth);
                break;
            case JsonValueKind.Array:
                WriteItems(element.EnumerateArray(), element.GetArrayLength(), depth);
                break;
            case JsonValueKind.String:
                WriteText(element.GetString()!);
                break;
            case JsonValueKind.Number:
                WriteNumber(element.TryGetDecimal(out var number) ? number.ToString(_culture) : element.GetRawText());
                break;
            case JsonValueKind.Null or JsonValueKind.Undefined:
                Write(null, depth);
                break;
            default:
                Write(element.ValueKind is JsonValueKind.True, depth);
                break;
        }
    }

    /// <summary>Writes a number. One that had to be cut is written as a text, because what is left of it is another number.</summary>
    private void WriteNumber(string number)
    {
        if (number.Length <= _longest)
        {
            Say(number);
        }
        else
        {
            WriteText(number);
        }
    }

    private void WriteText(string value) => _left -= Math.Max(1, PlaceholderValue.AppendText(text, value, quoted, Math.Max(_left, 0)));

    /// <summary>Writes words that are not a user's.</summary>
    private void Say(string words)
    {
        text.Append(words);
        _left -= words.Length;
    }

    /// <summary>
    /// Enumerates the entries by hand, because a dictionary that is enumerated as a collection gives pairs of its own types.
    /// </summary>
    private IEnumerable<ValueMember> Entries(IDictionary entries)
    {
        var enumerator = entries.GetEnumerator();
        while (enumerator.MoveNext())
        {
            var entry = enumerator.Entry;
            yield return new ValueMember(NameOf(entry.Key), () => entry.Value);
        }
    }

    private string NameOf(object key) =>
        ScalarText.OfNumber(key, _culture) ?? ScalarText.Of(key, quoted ? null : _culture) ?? key.ToString() ?? "";

    private static string CountBytes(object bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes switch
    {
        byte[] array => array.Length,
        Memory<byte> memory => memory.Length,
        ReadOnlyMemory<byte> memory => memory.Length,
        ArraySegment<byte> segment => segment.Count,
        _ => 0,
    }} bytes");
}
