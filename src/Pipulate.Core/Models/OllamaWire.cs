using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipulate.Models;

/// <summary>One line of the stream of /api/chat.</summary>
internal sealed record OllamaChunk
{
    public string? Model { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public OllamaChunkMessage? Message { get; init; }
    public bool Done { get; init; }
    public string? DoneReason { get; init; }

    /// <summary>A text by the documents; anything else is taken as it comes.</summary>
    public JsonElement Error { get; init; }

    // Nanoseconds; a zero is left out by the server.
    public long? TotalDuration { get; init; }
    public long? LoadDuration { get; init; }
    public long? PromptEvalDuration { get; init; }
    public long? EvalDuration { get; init; }
    public long? PromptEvalCount { get; init; }
    public long? EvalCount { get; init; }
}

internal sealed record OllamaChunkMessage
{
    public string? Content { get; init; }
    public string? Thinking { get; init; }
    public IReadOnlyList<OllamaToolCall>? ToolCalls { get; init; }
}

internal sealed record OllamaToolCall
{
    public string? Id { get; init; }
    public OllamaToolFunction? Function { get; init; }
}

internal sealed record OllamaToolFunction
{
    public string? Name { get; init; }
    public JsonElement Arguments { get; init; }
}

internal sealed record OllamaTags
{
    public IReadOnlyList<OllamaModel>? Models { get; init; }
}

/// <summary>One installed model, as /api/tags tells it.</summary>
internal sealed record OllamaModel
{
    /// <summary>Always with its tag: <c>llama3.2:latest</c>.</summary>
    public string? Name { get; init; }
    public string? Model { get; init; }
    public DateTimeOffset? ModifiedAt { get; init; }
    public long Size { get; init; }
    public string? Digest { get; init; }
    public OllamaModelDetails? Details { get; init; }
    public IReadOnlyList<string>? Capabilities { get; init; }
    public string? RemoteModel { get; init; }
    public string? RemoteHost { get; init; }

    /// <summary>The context that it has in memory, in tokens: in /api/ps only, from 0.10 on.</summary>
    public long? ContextLength { get; init; }
}

internal sealed record OllamaModelDetails
{
    public string? Family { get; init; }
    public IReadOnlyList<string>? Families { get; init; }
    public string? ParameterSize { get; init; }
}

internal sealed record OllamaShow
{
    public IReadOnlyList<string>? Capabilities { get; init; }
    public string? RemoteHost { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OllamaChunk))]
[JsonSerializable(typeof(OllamaTags))]
[JsonSerializable(typeof(OllamaShow))]
internal sealed partial class OllamaJson : JsonSerializerContext;
