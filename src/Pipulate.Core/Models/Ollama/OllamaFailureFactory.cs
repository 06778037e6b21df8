namespace Pipulate.Models.Ollama;

/// <summary>Describes the failures that only an Ollama server, or what stands at its address instead, can have.</summary>
internal static class OllamaFailureFactory
{
    public static ModelFailure NotOllama(Uri endpoint, string what) => new(
        ModelFailureKind.Unreachable,
        $"Something answers at {ModelServer.Display(endpoint)}, but it is not Ollama ({what}). "
            + "Check the address in Pipulate:Ollama:Endpoint.");

    public static ModelFailure NoModel(Uri endpoint) => new(
        ModelFailureKind.NoModel,
        $"Ollama runs at {ModelServer.Display(endpoint)}, but no chat model is installed. Run: ollama pull llama3.2");

    public static ModelFailure Garbled(Uri endpoint) => new(
        ModelFailureKind.ServerFailed,
        $"The server at {ModelServer.Display(endpoint)} sent something that is not an answer of Ollama. "
            + "Check the address in Pipulate:Ollama:Endpoint.");
}
