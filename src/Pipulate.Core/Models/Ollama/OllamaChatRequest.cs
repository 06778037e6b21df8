using System.Text.Json;
using System.Text.Json.Serialization;
using OllamaSharp.Models.Chat;

namespace Pipulate.Models.Ollama;

/// <summary>Adds to OllamaSharp's request what it has no property for.</summary>
internal sealed class OllamaChatRequest : ChatRequest
{
    /// <summary>Gets or sets whether the server may leave out what is too long for the model, instead of refusing it.</summary>
    [JsonPropertyName("truncate")]
    public JsonElement Truncate { get; set; }
}
