using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Pipulate.Models.Ollama;

/// <summary>
/// Writes what a server has sent as OllamaSharp reads it: a field of another type is converted where it has a meaning and left out where it
/// has none,
/// so that an incidental field never fails an answer.
/// </summary>
internal sealed class OllamaShape
{
    private static readonly OllamaShape Text = new(Kind.Text);
    private static readonly OllamaShape Texts = new(Kind.Many, items: Text);
    private static readonly OllamaShape Int32 = new(Kind.Int32);
    private static readonly OllamaShape Int64 = new(Kind.Int64);
    private static readonly OllamaShape Time = new(Kind.Time);
    private static readonly OllamaShape Map = new(Kind.Map);

    private static readonly OllamaShape Chunk = Fields(
        ("model", Text),
        ("created_at", Text),
        ("message", Fields(
            ("role", Text),
            ("content", Text),
            ("thinking", Text),
            ("tool_calls", Many(Fields(
                ("id", Text),
                ("function", Fields(("index", Int32), ("name", Text), ("arguments", Map)))))))),
        ("done_reason", Text),
        ("total_duration", Int64),
        ("load_duration", Int64),
        ("prompt_eval_count", Int32),
        ("prompt_eval_duration", Int64),
        ("eval_count", Int32),
        ("eval_duration", Int64));

    private readonly Kind _kind;
    private readonly OllamaShape? _items;
    private readonly (JsonEncodedText Name, OllamaShape Shape)[] _fields;

    private OllamaShape(Kind kind, OllamaShape? items = null, params (string Name, OllamaShape Shape)[] fields)
    {
        (_kind, _items) = (kind, items);
        _fields = [.. fields.Select(field => (JsonEncodedText.Encode(field.Name), field.Shape))];
    }

    private enum Kind
    {
        Text,
        Int32,
        Int64,
        Time,
        Map,
        Many,
        Fields,
    }

    /// <summary>Gets the mark that a text may begin with, and that is no JSON.</summary>
    public static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Gets the shape of <c>/api/tags</c> and <c>/api/ps</c>.</summary>
    public static OllamaShape Models { get; } = Fields(
        ("models", Many(Fields(
            ("name", Text),
            ("model", Text),
            ("modified_at", Time),
            ("size", Int64),
            ("digest", Text),
            ("details", Fields(("family", Text), ("families", Texts), ("parameter_size", Text))),
            ("capabilities", Texts),
            ("remote_model", Text),
            ("remote_host", Text),
            ("context_length", Int32)))));

    /// <summary>Gets the shape of what is read of <c>/api/show</c>.</summary>
    public static OllamaShape Details { get; } = Fields(("capabilities", Texts), ("remote_host", Text));

    /// <summary>Writes one line of <c>/api/chat</c>.</summary>
    public static void WriteChunk(Utf8JsonWriter json, JsonElement chunk, bool done)
    {
        json.WriteStartObject();
        Chunk.WriteFields(json, chunk);
        json.WriteBoolean("done"u8, done);
        json.WriteEndObject();
    }

    /// <summary>Rewrites what a server has sent.</summary>
    /// <exception cref="JsonException">It is not a JSON object.</exception>
    public byte[] Normalize(ReadOnlySpan<byte> answer)
    {
        var reader = new Utf8JsonReader(answer.StartsWith(ByteOrderMark) ? answer[ByteOrderMark.Length..] : answer);
        using var document = WellFormedJson.Read(ref reader);
        if (document.RootElement.ValueKind is not JsonValueKind.Object)
        {
            throw new JsonException("The answer is not an object.");
        }

        var buffer = new ArrayBufferWriter<byte>(answer.Length + 2);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        WriteFields(json, document.RootElement);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Tells what a flag means that may have come as a text or a number.</summary>
    public static bool IsTrue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.String => value.ValueEquals("true") || value.ValueEquals("True") || value.ValueEquals("1"),
        JsonValueKind.Number => value.TryGetDouble(out var number) && number != 0,
        _ => false,
    };

    private static OllamaShape Fields(params (string Name, OllamaShape Shape)[] fields) => new(Kind.Fields, fields: fields);

    private static OllamaShape Many(OllamaShape items) => new(Kind.Many, items);

    private void WriteFields(Utf8JsonWriter json, JsonElement value)
    {
        foreach (var (name, shape) in _fields)
        {
            if (value.TryGetProperty(name.EncodedUtf8Bytes, out var field))
            {
                shape.TryWrite(json, name, field);
            }
        }
    }

    private void TryWrite(Utf8JsonWriter json, JsonEncodedText? name, JsonElement value)
    {
        switch (_kind)
        {
            case Kind.Text when value.ValueKind is JsonValueKind.String:
                WriteName(json, name);
                value.WriteTo(json);
                break;
            case Kind.Text when TextOf(value) is { } text:
                WriteName(json, name);
                json.WriteStringValue(text);
                break;
            case Kind.Int32 when NumberOf(value) is { } number:
                WriteName(json, name);
                json.WriteNumberValue(Math.Clamp(number, int.MinValue, int.MaxValue));
                break;
            case Kind.Int64 when NumberOf(value) is { } number:
                WriteName(json, name);
                json.WriteNumberValue(number);
                break;
            case Kind.Time when TimeOf(value) is { } time:
                WriteName(json, name);
                json.WriteStringValue(time);
                break;
            case Kind.Map:
                WriteName(json, name);
                WriteMap(json, value);
                break;
            case Kind.Fields when value.ValueKind is JsonValueKind.Object:
                WriteName(json, name);
                json.WriteStartObject();
                WriteFields(json, value);
                json.WriteEndObject();
                break;
            case Kind.Many when value.ValueKind is JsonValueKind.Array:
                WriteName(json, name);
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    _items!.TryWrite(json, null, item);
                }

                json.WriteEndArray();
                break;
            // One alone, without the array round it.
            case Kind.Many
                when value.ValueKind is JsonValueKind.String || (value.ValueKind is JsonValueKind.Object && value.GetPropertyCount() > 0):
                WriteName(json, name);
                json.WriteStartArray();
                _items!.TryWrite(json, null, value);
                json.WriteEndArray();
                break;
        }
    }

    private static void WriteName(Utf8JsonWriter json, JsonEncodedText? name)
    {
        if (name is { } given)
        {
            json.WritePropertyName(given);
        }
    }

    /// <summary>Gives the text of a scalar; of parts, as other servers send them, the texts one after the other.</summary>
    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        JsonValueKind.Array => string.Concat(value.EnumerateArray().Select(TextOf)),
        JsonValueKind.Object when value.TryGetProperty("text"u8, out var text) => TextOf(text),
        _ => null,
    };

    private static long? NumberOf(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var whole))
        {
            return whole;
        }

        // A number beyond all bounds is infinite here, and is clamped.
        return value.ValueKind is JsonValueKind.Number or JsonValueKind.String
            && double.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && !double.IsNaN(number)
            ? (long)Math.Clamp(number, long.MinValue, long.MaxValue)
            : null;
    }

    private static DateTimeOffset? TimeOf(JsonElement value)
        => value.ValueKind is JsonValueKind.String
            && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;

    /// <summary>Writes the arguments of a call, which some servers send as the text of an object.</summary>
    private static void WriteMap(Utf8JsonWriter json, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Object)
        {
            value.WriteTo(json);
            return;
        }

        try
        {
            using var inner = value.ValueKind is JsonValueKind.String ? WellFormedJson.Parse(value.GetString()!) : null;
            if (inner?.RootElement.ValueKind is JsonValueKind.Object)
            {
                inner.RootElement.WriteTo(json);
                return;
            }
        }
        catch (JsonException)
        {
            // A text that is no object has no arguments in it.
        }

        json.WriteStartObject();
        json.WriteEndObject();
    }
}
