using System.Text.Json.Serialization;
using OllamaSharp.Models;

namespace Pipulate.Models.Ollama;

/// <summary>Adds to an installed model what <c>/api/tags</c> says of it and OllamaSharp does not read.</summary>
internal sealed class OllamaModel : Model
{
    [JsonPropertyName("capabilities")]
    public string[]? Capabilities { get; set; }

    [JsonPropertyName("remote_model")]
    public string? RemoteModel { get; set; }

    [JsonPropertyName("remote_host")]
    public string? RemoteHost { get; set; }
}
