using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Pipulate.Models;

/// <summary>Writes the body of POST /api/chat. Written by hand: most of it is optional, and the options are whatever the user named.</summary>
internal static class OllamaRequest
{
    // By Ollama's own names (api/types.go, Options and Runner). Other additional properties are meant for other clients.
    private static readonly HashSet<string> OptionNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "num_ctx", "num_predict", "num_keep", "seed", "stop", "temperature", "top_k", "top_p", "min_p", "typical_p", "tfs_z",
        "repeat_last_n", "repeat_penalty", "presence_penalty", "frequency_penalty", "mirostat", "mirostat_eta", "mirostat_tau", "penalize_newline",
        "num_gpu", "main_gpu", "num_batch", "num_thread", "use_mmap", "use_mlock", "low_vram", "numa", "f16_kv", "vocab_only", "logits_all", "draft_num_predict",
    };

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Chat(string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options, OllamaOptions configured)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(buffer, WriterOptions);
        json.WriteStartObject();
        json.WriteString("model", model);
        WriteMessages(json, messages, options?.Instructions);
        WriteTools(json, options);
        WriteFormat(json, options?.ResponseFormat);
        WriteSettings(json, options, configured);
        json.WriteBoolean("stream", true);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    public static ReadOnlyMemory<byte> Show(string model)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, WriterOptions);
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteMessages(Utf8JsonWriter json, IReadOnlyList<ChatMessage> messages, string? instructions)
    {
        json.WriteStartArray("messages");
        if (!string.IsNullOrWhiteSpace(instructions))
        {
            json.WriteStartObject();
            json.WriteString("role", "system");
            json.WriteString("content", instructions);
            json.WriteEndObject();
        }

        var toolNames = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            WriteMessage(json, message, toolNames);
        }

        json.WriteEndArray();
    }

    private static void WriteMessage(Utf8JsonWriter json, ChatMessage message, Dictionary<string, string> toolNames)
    {
        // Text only: Ollama asks not to be sent its earlier thoughts again.
        var text = message.Text;
        var images = message.Contents.OfType<DataContent>().Where(data => data.HasTopLevelMediaType("image")).ToList();
        var calls = message.Contents.OfType<FunctionCallContent>().ToList();
        if (text.Length > 0 || images.Count > 0 || calls.Count > 0)
        {
            json.WriteStartObject();
            json.WriteString("role", message.Role.Value);
            json.WriteString("content", text);
            if (images.Count > 0)
            {
                json.WriteStartArray("images");
                images.ForEach(image => json.WriteStringValue(image.Base64Data.Span));
                json.WriteEndArray();
            }

            if (calls.Count > 0)
            {
                json.WriteStartArray("tool_calls");
                foreach (var call in calls)
                {
                    toolNames[call.CallId] = call.Name;
                    json.WriteStartObject();
                    json.WriteString("id", call.CallId);
                    json.WriteStartObject("function");
                    json.WriteString("name", call.Name);
                    json.WriteStartObject("arguments");
                    foreach (var (name, value) in call.Arguments ?? new Dictionary<string, object?>())
                    {
                        json.WritePropertyName(name);
                        WriteValue(json, value);
                    }

                    json.WriteEndObject();
                    json.WriteEndObject();
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        foreach (var result in message.Contents.OfType<FunctionResultContent>())
        {
            json.WriteStartObject();
            json.WriteString("role", "tool");
            json.WriteString("content", AsText(result.Result));
            if (toolNames.TryGetValue(result.CallId, out var name))
            {
                json.WriteString("tool_name", name);
            }

            json.WriteString("tool_call_id", result.CallId);
            json.WriteEndObject();
        }
    }

    private static void WriteTools(Utf8JsonWriter json, ChatOptions? options)
    {
        var tools = options?.ToolMode is NoneChatToolMode ? [] : options?.Tools?.OfType<AIFunctionDeclaration>().ToList() ?? [];
        if (tools.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tools");
        foreach (var tool in tools)
        {
            json.WriteStartObject();
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", tool.Name);
            json.WriteString("description", tool.Description);
            json.WritePropertyName("parameters");
            tool.JsonSchema.WriteTo(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFormat(Utf8JsonWriter json, ChatResponseFormat? format)
    {
        if (format is not ChatResponseFormatJson wanted)
        {
            return;
        }

        json.WritePropertyName("format");
        if (wanted.Schema is { } schema)
        {
            schema.WriteTo(json);
        }
        else
        {
            json.WriteStringValue("json");
        }
    }

    // The nearer the caller, the stronger: configuration, then the typed options of this call, then its additional properties.
    private static void WriteSettings(Utf8JsonWriter json, ChatOptions? options, OllamaOptions configured)
    {
        var settings = new Dictionary<string, object>(StringComparer.Ordinal);
        object? think = null;
        object truncate = false;
        object? keepAlive = configured.KeepAlive;
        foreach (var (name, text) in configured.Options)
        {
            Set(name, FromConfiguration(text));
        }

        if (options is not null)
        {
            Set("temperature", options.Temperature);
            Set("top_p", options.TopP);
            Set("top_k", options.TopK);
            Set("seed", options.Seed);
            Set("frequency_penalty", options.FrequencyPenalty);
            Set("presence_penalty", options.PresencePenalty);
            Set("stop", options.StopSequences is { Count: > 0 } stops ? stops : null);
            Set("num_predict", options.MaxOutputTokens);
            Set("think", options.Reasoning?.Effort switch
            {
                null => null,
                ReasoningEffort.None => false,
                ReasoningEffort.Low => "low",
                ReasoningEffort.Medium => "medium",
                _ => "high",
            });
            foreach (var (name, value) in options.AdditionalProperties ?? [])
            {
                var key = name.Equals("max_output_tokens", StringComparison.OrdinalIgnoreCase) ? "num_predict" : name;
                if (OptionNames.Contains(key) || key is "think" or "keep_alive" or "truncate")
                {
                    Set(key, value);
                }
            }
        }

        if (settings.Count > 0)
        {
            json.WriteStartObject("options");
            foreach (var (name, value) in settings)
            {
                json.WritePropertyName(name);
                if (name == "stop" && value is string one)
                {
                    // A bare string is an error to the server.
                    json.WriteStartArray();
                    json.WriteStringValue(one);
                    json.WriteEndArray();
                }
                else
                {
                    WriteValue(json, value);
                }
            }

            json.WriteEndObject();
        }

        // What is too long is refused then: else the server leaves out the oldest messages, or the system message, and tells nobody. Before 0.12.6 it does all the same.
        json.WritePropertyName("truncate");
        WriteValue(json, truncate);

        if (think is not null)
        {
            json.WritePropertyName("think");
            WriteValue(json, think);
        }

        if (keepAlive is not null and not "")
        {
            json.WritePropertyName("keep_alive");
            WriteValue(json, Duration(keepAlive));
        }

        void Set(string name, object? value)
        {
            var key = name.Trim().ToLowerInvariant();
            switch (key)
            {
                case var _ when value is null:
                    break;
                case "think":
                    think = value;
                    break;
                case "keep_alive":
                    keepAlive = value;
                    break;
                case "truncate":
                    truncate = value;
                    break;
                default:
                    settings[key] = value;
                    break;
            }
        }
    }

    // Ollama wants a number of seconds or Go's "10m"; a number in quotes is an error to it.
    private static object Duration(object value) => value switch
    {
        TimeSpan time => (long)time.TotalSeconds,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds) => FromConfiguration(text),
        string text when text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) => (long)time.TotalSeconds,
        _ => value,
    };

    // "true" in a JSON configuration file arrives here as "True".
    private static object FromConfiguration(string text)
        => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number
            : bool.TryParse(text, out var flag) ? flag
            : text;

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case decimal number:
                json.WriteNumberValue(number);
                break;
            case JsonElement { ValueKind: JsonValueKind.Undefined }:
                json.WriteNullValue();
                break;
            case JsonElement element:
                element.WriteTo(json);
                break;
            case JsonNode node:
                node.WriteTo(json);
                break;
            case IEnumerable items and not IDictionary:
                json.WriteStartArray();
                foreach (var item in items)
                {
                    WriteValue(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                JsonSerializer.Serialize(json, value, AIJsonUtilities.DefaultOptions.GetTypeInfo(value.GetType()));
                break;
        }
    }

    private static string AsText(object? value)
    {
        switch (value)
        {
            case null:
                return "";
            case string text:
                return text;
            case JsonElement { ValueKind: JsonValueKind.String } element:
                return element.GetString()!;
            case TextContent content:
                return content.Text;
            default:
                var buffer = new ArrayBufferWriter<byte>();
                using (var json = new Utf8JsonWriter(buffer, WriterOptions))
                {
                    WriteValue(json, value);
                }

                return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
    }
}
