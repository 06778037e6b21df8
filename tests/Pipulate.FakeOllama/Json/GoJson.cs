using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pipulate.FakeOllama.Json;

/// <summary>
/// Writes JSON as Go does. .NET's encoders will not do: the strict one escapes every letter that is not ASCII, the relaxed one
/// leaves &lt; &gt; &amp; alone, and both write other hex digits than a client of the real server meets.
/// </summary>
internal static class GoJson
{
    public static byte[] Object(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>One line of a stream: Go's encoder ends every value with a line feed.</summary>
    public static byte[] Line(Action<Utf8JsonWriter> fields) => [.. Object(fields), (byte)'\n'];

    public static byte[] Error(string text) => Object(w => w.Text("error", text));

    public static void Text(this Utf8JsonWriter writer, string name, string value)
    {
        writer.WritePropertyName(name);
        writer.Text(value);
    }

    public static void Text(this Utf8JsonWriter writer, string value) =>
        writer.WriteRawValue(Quote(value), skipInputValidation: true);

    /// <summary>Go's omitempty: a zero is left out.</summary>
    public static void NumberUnlessZero(this Utf8JsonWriter writer, string name, long value)
    {
        if (value != 0)
        {
            writer.WriteNumber(name, value);
        }
    }

    public static void Texts(this Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.Text(value);
        }

        writer.WriteEndArray();
    }

    /// <summary>RFC 3339 as Go prints it: no zeros at the end of the fraction.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    public static string Quote(string value)
    {
        var quoted = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append(@"\n"),
                '\r' => quoted.Append(@"\r"),
                '\t' => quoted.Append(@"\t"),
                '\b' => quoted.Append(@"\b"),
                '\f' => quoted.Append(@"\f"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
