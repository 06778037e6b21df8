using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Pipulate.Models.Ollama;

/// <summary>
/// Parses JSON whose texts may be damaged: half of a surrogate pair, or bytes that are not UTF-8, become the replacement character.
/// </summary>
internal static partial class WellFormedJson
{
    private const string Replacement = @"\ufffd";

    /// <summary>Parses the value at which the reader stands.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonDocument Read(ref Utf8JsonReader reader)
    {
        var document = JsonDocument.ParseValue(ref reader);
        var bytes = JsonMarshal.GetRawUtf8Value(document.RootElement);
        if (!MayHoldSurrogates(bytes) && Utf8.IsValid(bytes))
        {
            return document;
        }

        using (document)
        {
            return JsonDocument.Parse(Whole(Encoding.UTF8.GetString(bytes)));
        }
    }

    /// <summary>Parses a text that is one value.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonDocument Parse(string text) => JsonDocument.Parse(Whole(text));

    private static bool MayHoldSurrogates(ReadOnlySpan<byte> bytes) => bytes.IndexOf(@"\ud"u8) >= 0 || bytes.IndexOf(@"\uD"u8) >= 0;

    private static string Whole(string text) =>
        Escapes().Replace(text, static escape => escape.Groups["half"].Success ? Replacement : escape.Value);

    // Each escape is matched from its backslash on, so that the second half of "\\" begins none.
    [GeneratedRegex(
        @"\\(?:ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(?<half>ud[89a-f][0-9a-f]{2})|.)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Escapes();
}
