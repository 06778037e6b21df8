using System.Text.Json;
using System.Text.Json.Serialization;
using OllamaSharp.Models;

namespace Pipulate.Models.Ollama;

/// <summary>
/// Adds the options that OllamaSharp does not name, and those whose values are not of its type: the server says what is wrong with them.
/// </summary>
internal sealed class OllamaRequestOptions : RequestOptions
{
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; set; }
}
