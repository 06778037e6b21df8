using System.Text.Json;
using Pipulate.FakeOllama.Json;

namespace Pipulate.FakeOllama.Chat;

/// <summary>Refuses values of the wrong type with the texts of Go's decoder and of Ollama's option reader.</summary>
internal static class ChatRequestTypes
{
    private static readonly string[] IntegerOptions =
        ["num_ctx", "num_predict", "num_keep", "num_batch", "num_gpu", "main_gpu", "num_thread", "seed", "top_k", "repeat_last_n"];

    private static readonly string[] FloatOptions =
        ["temperature", "top_p", "min_p", "typical_p", "repeat_penalty", "presence_penalty", "frequency_penalty"];

    public static void Check(RecordedChat chat)
    {
        if (chat.JsonError is { } error)
        {
            throw new RefusedException(400, error);
        }

        if (chat.Json.ValueKind is not JsonValueKind.Object)
        {
            throw new RefusedException(400, $"json: cannot unmarshal {chat.Json.KindName()} into Go value of type api.ChatRequest");
        }

        Expect(chat.Json, "model", "string", "string");
        Expect(chat.Json, "stream", "bool", "bool");
        Expect(chat.Json, "truncate", "bool", "bool");
        Expect(chat.Json, "options", "object", "map[string]interface {}");
        Expect(chat.Json, "tools", "array", "api.Tools");
        Expect(chat.Json, "messages", "array", "[]api.Message");
        if (chat.Json.Field("messages") is { ValueKind: JsonValueKind.Array } messages)
        {
            foreach (var message in messages.EnumerateArray())
            {
                Expect(message, "role", "string", "string", "ChatRequest.messages.");
                Expect(message, "content", "string", "string", "ChatRequest.messages.");
            }
        }
    }

    /// <summary>500, not 400: the real one reads the options when it schedules the model, after the request was accepted.</summary>
    public static void CheckOptions(JsonElement options)
    {
        CheckOptions(options, IntegerOptions, "integer", "number");
        CheckOptions(options, FloatOptions, "float32", "number");
        CheckOptions(options, ["stop"], "array", "array");
        CheckOptions(options, ["use_mmap"], "boolean", "bool");
        if (options.Field("stop") is { ValueKind: JsonValueKind.Array } stops
            && stops.EnumerateArray().Any(s => s.ValueKind is not JsonValueKind.String))
        {
            throw new RefusedException(500, "option \"stop\" must be of an array of strings");
        }
    }

    public static void CheckFormat(JsonElement format)
    {
        var known = !format.IsPresent() || format.ValueKind is JsonValueKind.Object || format.TextOr("?") is "json" or "";
        if (!known)
        {
            throw new RefusedException(
                500, $"invalid format: {GoJson.Quote(format.GetRawText())}; expected \"json\" or a valid JSON Schema object");
        }
    }

    private static void CheckOptions(JsonElement options, string[] names, string type, string kind)
    {
        foreach (var name in names)
        {
            if (options.Field(name) is var value && value.IsPresent() && value.KindName() != kind)
            {
                throw new RefusedException(500, $"option \"{name}\" must be of type {type}");
            }
        }
    }

    private static void Expect(JsonElement json, string field, string kind, string goType, string path = "ChatRequest.")
    {
        if (json.Field(field) is var value && value.IsPresent() && value.KindName() != kind)
        {
            throw new RefusedException(
                400, $"json: cannot unmarshal {value.KindName()} into Go struct field {path}{field} of type {goType}");
        }
    }
}
