using System.Text.Json;

namespace Pipulate.FakeOllama.Json;

/// <summary>Reads a request body the way Go's decoder does: the first JSON value counts, and its error texts are Go's.</summary>
internal static class GoJsonReader
{
    public static (JsonElement Json, string? Error) Read(byte[] body)
    {
        if (body.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
        {
            return (default, "missing request body");
        }

        try
        {
            // Not the final block: a body cut short then reads as "more is needed" and not as a bad character.
            var reader = new Utf8JsonReader(body, isFinalBlock: false, state: default);
            return JsonDocument.TryParseValue(ref reader, out var document) ? (Own(document), null) : (default, "unexpected EOF");
        }
        catch (JsonException e)
        {
            return (default, $"invalid character '{CharacterAt(body, e)}' looking for beginning of value");
        }
    }

    /// <summary>Finds a field as Go does: by its exact name, else by its name in any case.</summary>
    public static JsonElement Field(this JsonElement json, string name)
    {
        if (json.ValueKind is not JsonValueKind.Object)
        {
            return default;
        }

        return json.TryGetProperty(name, out var exact)
            ? exact
            : json.EnumerateObject().FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase)).Value;
    }

    public static string TextOr(this JsonElement json, string otherwise) =>
        json.ValueKind is JsonValueKind.String ? json.GetString()! : otherwise;

    public static bool IsPresent(this JsonElement json) => json.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>Go's word for the kind of a JSON value, as its type errors use it.</summary>
    public static string KindName(this JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Array => "array",
        _ => "object",
    };

    private static JsonElement Own(JsonDocument document)
    {
        using (document)
        {
            return document.RootElement.Clone();
        }
    }

    private static char CharacterAt(byte[] body, JsonException e)
    {
        var lines = body.AsSpan();
        for (var line = e.LineNumber ?? 0; line > 0; line--)
        {
            lines = lines[(lines.IndexOf((byte)'\n') + 1)..];
        }

        var at = (int)(e.BytePositionInLine ?? 0);
        return at < lines.Length ? (char)lines[at] : '?';
    }
}
