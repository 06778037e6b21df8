using System.Text.Json;

namespace Pipulate.FakeOllama;

/// <summary>A tool the model asks for.</summary>
/// <param name="Name">The name of the function.</param>
/// <param name="Arguments">A JSON object: Ollama never sends the arguments as text.</param>
public sealed record FakeToolCall(string Name, JsonElement Arguments);
