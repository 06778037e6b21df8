using System.Text.Json.Serialization;
using OllamaSharp.Models.Chat;

namespace Pipulate.Models.Ollama;

/// <summary>Adds the call that a tool's result answers.</summary>
internal sealed class OllamaMessage : Message
{
    [JsonPropertyName("tool_call_id")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ToolCallId { get; set; }
}
