using System.Text.Json.Serialization;
using OllamaSharp.Models;

namespace Pipulate.Models.Ollama;

/// <summary>Adds to the details of a model the machine on which it runs, where that is another one.</summary>
internal sealed class OllamaModelDetails : ShowModelResponse
{
    [JsonPropertyName("remote_host")]
    public string? RemoteHost { get; set; }
}
