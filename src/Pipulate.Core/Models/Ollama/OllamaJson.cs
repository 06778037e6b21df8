using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OllamaSharp.Models;
using OllamaSharp.Models.Chat;

namespace Pipulate.Models.Ollama;

/// <summary>Adds to OllamaSharp's request what it has no property for.</summary>
internal sealed class OllamaChatRequest : ChatRequest
{
    /// <summary>Gets or sets whether the server may leave out what is too long for the model, instead of refusing it.</summary>
    [JsonPropertyName("truncate")]
    public JsonElement Truncate { get; set; }
}

/// <summary>Adds the call that a tool's result answers.</summary>
internal sealed class OllamaMessage : Message
{
    [JsonPropertyName("tool_call_id")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ToolCallId { get; set; }
}

/// <summary>
/// Adds the options that OllamaSharp does not name, and those whose values are not of its type: the server says what is wrong with them.
/// </summary>
internal sealed class OllamaRequestOptions : RequestOptions
{
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; set; }
}

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

/// <summary>Adds to the details of a model the machine on which it runs, where that is another one.</summary>
internal sealed class OllamaModelDetails : ShowModelResponse
{
    [JsonPropertyName("remote_host")]
    public string? RemoteHost { get; set; }
}

/// <summary>Reads and writes OllamaSharp's types without reflection, those of ours that derive from them included.</summary>
[JsonSerializable(typeof(ChatRequest))]
[JsonSerializable(typeof(OllamaChatRequest))]
[JsonSerializable(typeof(OllamaMessage))]
[JsonSerializable(typeof(OllamaRequestOptions))]
[JsonSerializable(typeof(Message.Function), TypeInfoPropertyName = "MessageFunction")]
[JsonSerializable(typeof(ChatResponseStream))]
[JsonSerializable(typeof(ChatDoneResponseStream))]
[JsonSerializable(typeof(ListModelsResponse))]
[JsonSerializable(typeof(ListRunningModelsResponse))]
[JsonSerializable(typeof(OllamaModel))]
[JsonSerializable(typeof(ShowModelRequest))]
[JsonSerializable(typeof(ShowModelResponse))]
[JsonSerializable(typeof(OllamaModelDetails))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonArray))]
[JsonSerializable(typeof(string))]
internal sealed partial class OllamaJson : JsonSerializerContext
{
    /// <summary>
    /// Makes a client write what derives from OllamaSharp's requests in full, and without the headers that it would put into the body.
    /// </summary>
    public static void ExtendOutgoing(JsonSerializerOptions outgoing) =>
        outgoing.TypeInfoResolver = Default.WithAddedModifier(static type =>
    {
        Type? derived = type.Type == typeof(ChatRequest) ? typeof(OllamaChatRequest)
            : type.Type == typeof(Message) ? typeof(OllamaMessage)
            : type.Type == typeof(RequestOptions) ? typeof(OllamaRequestOptions)
            : null;
        if (derived is not null)
        {
            type.PolymorphismOptions = new JsonPolymorphismOptions { DerivedTypes = { new JsonDerivedType(derived) } };
        }

        if (type.Properties.FirstOrDefault(property => property.Name == nameof(OllamaRequest.CustomHeaders)) is { } headers)
        {
            type.Properties.Remove(headers);
        }
    });

    /// <summary>Makes a client read models and their details with what is added here.</summary>
    public static void ExtendIncoming(JsonSerializerOptions incoming)
    {
        incoming.Converters.Add(new AsDerived<Model, OllamaModel>(Default.OllamaModel));
        incoming.Converters.Add(new AsDerived<ShowModelResponse, OllamaModelDetails>(Default.OllamaModelDetails));
    }

    private sealed class AsDerived<TBase, TDerived>(JsonTypeInfo<TDerived> derived) : JsonConverter<TBase>
        where TDerived : TBase
    {
        public override TBase? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize(ref reader, derived);

        public override void Write(Utf8JsonWriter writer, TBase value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}
