using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OllamaSharp.Models;
using OllamaSharp.Models.Chat;

namespace Pipulate.Models.Ollama;

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
