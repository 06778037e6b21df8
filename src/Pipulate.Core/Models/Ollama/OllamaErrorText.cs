using System.Text.Json;

namespace Pipulate.Models.Ollama;

/// <summary>
/// Finds the words of an error: plain text, <c>{"error":"…"}</c>, or JSON that stands as text inside of that (Ollama from 0.30 on).
/// </summary>
internal static class OllamaErrorText
{
    private const int Longest = 2000;
    private const int Deepest = 8;

    public static string Read(string body) => Shorten(Dig(body.Trim(), 0));

    public static string Read(JsonElement error) => Shorten(Dig(error, 0));

    private static string Dig(string text, int depth)
    {
        if (depth >= Deepest || !text.StartsWith('{'))
        {
            return text;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return Dig(document.RootElement, depth + 1) is { Length: > 0 } found ? found : text;
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static string Dig(JsonElement element, int depth)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                return Dig(element.GetString()!.Trim(), depth);
            case JsonValueKind.Object when depth < Deepest:
                foreach (var name in (ReadOnlySpan<string>)["error", "message"])
                {
                    if (element.TryGetProperty(name, out var inner) && Dig(inner, depth + 1) is { Length: > 0 } found)
                    {
                        return found;
                    }
                }

                return "";
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return "";
            default:
                return element.GetRawText();
        }
    }

    /// <summary>Shortens a text and removes its control characters, because a newline would begin another line of a log.</summary>
    private static string Shorten(string text) => string.Create(Math.Min(text.Length, Longest), text, static (words, text) =>
    {
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = char.IsControl(text[i]) ? ' ' : text[i];
        }
    });
}
