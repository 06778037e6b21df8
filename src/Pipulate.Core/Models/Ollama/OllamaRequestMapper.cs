using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;
using OllamaSharp.Models.Chat;
using ChatRole = OllamaSharp.Models.Chat.ChatRole;

namespace Pipulate.Models.Ollama;

/// <summary>
/// Maps messages and options to OllamaSharp's request. Its own mapping loses the ids of calls, sends a result as the text of its envelope,
/// and throws at
/// values that it does not expect.
/// </summary>
internal static class OllamaRequestMapper
{
    // By Ollama's own names (api/types.go, Options and Runner). Other additional properties are meant for other clients.
    private static readonly HashSet<string> OptionNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "num_ctx", "num_predict", "num_keep", "seed", "stop", "temperature", "top_k", "top_p", "min_p", "typical_p", "tfs_z",
        "repeat_last_n",
            "repeat_penalty",
            "presence_penalty",
            "frequency_penalty",
            "mirostat",
            "mirostat_eta",
            "mirostat_tau",
            "penalize_newline",
        "num_gpu",
            "main_gpu",
            "num_batch",
            "num_thread",
            "use_mmap",
            "use_mlock",
            "low_vram",
            "numa",
            "f16_kv",
            "vocab_only",
            "logits_all",
            "draft_num_predict",
    };

    public static OllamaChatRequest Map(string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options, OllamaOptions configured)
    {
        var settings = Settings(options, configured);
        var request = new OllamaChatRequest
        {
            Model = model,
            Messages = [.. Messages(messages, options?.Instructions)],
            Tools = Tools(options),
            Format = options?.ResponseFormat is ChatResponseFormatJson json ? json.Schema ?? (object)"json" : null,
            Stream = true,
            // What is too long is refused then: else the server leaves out the oldest messages, or the system message, and says nothing.
            // Before 0.12.6 it does all the same.
            Truncate = AsElement(Take("truncate") ?? false),
            Think = Take("think") is { } think ? new ThinkValue(think) : default(ThinkValue?),
            KeepAlive = Take("keep_alive") is { } time && Convert.ToString(time, CultureInfo.InvariantCulture) is { Length: > 0 } text
                ? Duration(time, text)
                : null,
        };
        request.Options = settings.Count == 0 ? null : Options(settings);
        return request;

        object? Take(string name) => settings.Remove(name, out var value) ? value : null;
    }

    private static IEnumerable<Message> Messages(IReadOnlyList<ChatMessage> messages, string? instructions)
    {
        if (!string.IsNullOrWhiteSpace(instructions))
        {
            yield return new OllamaMessage { Role = ChatRole.System, Content = instructions };
        }

        var toolNames = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            // Text only: Ollama asks not to be sent its earlier thoughts again.
            var text = message.Text;
            var images = message.Contents
                .OfType<DataContent>()
                .Where(data => data.HasTopLevelMediaType("image"))
                .Select(data => data.Base64Data.ToString())
                .ToArray();
            var calls = message.Contents.OfType<FunctionCallContent>().ToList();
            if (text.Length > 0 || images.Length > 0 || calls.Count > 0)
            {
                calls.ForEach(call => toolNames[call.CallId] = call.Name);
                yield return new OllamaMessage
                {
                    Role = new ChatRole(message.Role.Value),
                    Content = text,
                    Images = images.Length > 0 ? images : null,
                    ToolCalls = calls.Count > 0 ? [.. calls.Select(Call)] : null,
                };
            }

            foreach (var result in message.Contents.OfType<FunctionResultContent>())
            {
                yield return new OllamaMessage
                {
                    Role = ChatRole.Tool,
                    Content = AsText(result.Result),
                    ToolName = toolNames.GetValueOrDefault(result.CallId),
                    ToolCallId = result.CallId,
                };
            }
        }
    }

    private static Message.ToolCall Call(FunctionCallContent call, int index) => new()
    {
        Id = call.CallId,
        Function = new()
        {
            Index = index,
            Name = call.Name,
            Arguments = (call.Arguments ?? new Dictionary<string, object?>()).ToDictionary(
                argument => argument.Key, argument => (object?)AsElement(argument.Value)),
        },
    };

    /// <summary>Maps the tools as Ollama reads them. OllamaSharp's own type has no room for a schema within a schema.</summary>
    private static List<object>? Tools(ChatOptions? options)
    {
        List<object> tools = options?.ToolMode is NoneChatToolMode ? []
            : [.. (options?.Tools ?? []).OfType<AIFunctionDeclaration>().Select(tool => (object)JsonSerializer.SerializeToElement(
                new JsonObject
                {
                    ["type"] = "function",
                    ["function"] = new JsonObject
                    {
                        ["name"] = tool.Name,
                        ["description"] = tool.Description,
                        ["parameters"] = JsonObject.Create(tool.JsonSchema) ?? [],
                    },
                },
                OllamaJson.Default.JsonObject))];
        return tools.Count > 0 ? tools : null;
    }

    /// <summary>
    /// Gathers what is set, by Ollama's names. The nearer the caller, the stronger: configuration, then the typed options of this call,
    /// then its additional properties.
    /// </summary>
    private static Dictionary<string, object> Settings(ChatOptions? options, OllamaOptions configured)
    {
        var settings = new Dictionary<string, object>(StringComparer.Ordinal);
        Set("keep_alive", configured.KeepAlive);
        foreach (var (name, text) in configured.Options)
        {
            Set(name, FromConfiguration(text));
        }

        if (options is null)
        {
            return settings;
        }

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
            ReasoningEffort.Low => ThinkValue.Low,
            ReasoningEffort.Medium => ThinkValue.Medium,
            _ => ThinkValue.High,
        });
        foreach (var (name, value) in options.AdditionalProperties ?? [])
        {
            var key = name.Equals("max_output_tokens", StringComparison.OrdinalIgnoreCase) ? "num_predict" : name;
            if (OptionNames.Contains(key) || key is "think" or "keep_alive" or "truncate")
            {
                Set(key, value);
            }
        }

        return settings;

        void Set(string name, object? value)
        {
            if (value is not null)
            {
                settings[name.Trim().ToLowerInvariant()] = value;
            }
        }
    }

    private static OllamaRequestOptions Options(Dictionary<string, object> settings)
    {
        var options = new OllamaRequestOptions();
        foreach (var (name, value) in settings)
        {
            // A bare string is an error to the server.
            var element = AsElement(name == "stop" && value is string one ? new[] { one } : value);
            if (OllamaJson.Default.OllamaRequestOptions.Properties.FirstOrDefault(property => property.Name == name) is not { } property
                || !TrySet(options, property, element))
            {
                (options.Others ??= new Dictionary<string, JsonElement>(StringComparer.Ordinal))[name] = element;
            }
        }

        return options;
    }

    private static bool TrySet(OllamaRequestOptions options, JsonPropertyInfo property, JsonElement value)
    {
        try
        {
            property.Set!(options, value.Deserialize(OllamaJson.Default.GetTypeInfo(property.PropertyType)!));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // Ollama wants Go's "10m"; a number in quotes is an error to it.
    private static string Duration(object value, string text) => value switch
    {
        TimeSpan time => Seconds(time.TotalSeconds),
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds) =>
            Seconds(seconds),
        _ when text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) => Seconds(time.TotalSeconds),
        _ => text,
    };

    private static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.###}s");

    // "true" in a JSON configuration file arrives here as "True".
    private static object FromConfiguration(string text)
        => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number
            : bool.TryParse(text, out var flag) ? flag
            : text;

    /// <summary>Converts a value of any type to JSON, so that the client that sends it needs to know no type but this one.</summary>
    private static JsonElement AsElement(object? value) => value switch
    {
        JsonElement { ValueKind: not JsonValueKind.Undefined } element => element,
        null or JsonElement => JsonSerializer.SerializeToElement(null, OllamaJson.Default.JsonObject!),
        float number when !float.IsFinite(number) => AsElement(number.ToString(CultureInfo.InvariantCulture)),
        double number when !double.IsFinite(number) => AsElement(number.ToString(CultureInfo.InvariantCulture)),
        // Lists of whatever a caller has put together have no type that is known where there is no reflection.
        IEnumerable items and not (string or IDictionary or JsonNode) => JsonSerializer.SerializeToElement(
            new JsonArray([.. items.Cast<object?>().Select(item => JsonNode.Parse(AsElement(item).GetRawText()))]),
            OllamaJson.Default.JsonArray),
        _ => JsonSerializer.SerializeToElement(value, AIJsonUtilities.DefaultOptions.GetTypeInfo(value.GetType())),
    };

    private static string AsText(object? value) => value switch
    {
        null => "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } element => element.GetString()!,
        TextContent content => content.Text,
        _ => AsElement(value).GetRawText(),
    };
}
