using System.Text.Json;
using Pipulate.FakeOllama.Json;

namespace Pipulate.FakeOllama.Chat;

/// <summary>A chat that passed the checks, with the settings an answer depends on.</summary>
internal sealed record ChatRequest(RecordedChat Chat, FakeModel Model)
{
    public TimeSpan KeepAlive { get; private init; }

    public int Context { get; private init; }

    public int? NumPredict { get; private init; }

    public bool ThinkingRefused { get; private init; }

    public bool Truncate { get; private init; }

    /// <summary>Checks in the order of the real handler, so that a request wrong in two ways gets the same answer.</summary>
    public static ChatRequest Check(RecordedChat chat, FakeOllamaServer server)
    {
        ChatRequestTypes.Check(chat);
        var json = chat.Json;
        var keepAlive = GoDuration.Read(json.Field("keep_alive"));
        var think = ReadThink(json.Field("think"));
        var model = Find(chat.Model, server);
        var unloads = chat.Messages.Count == 0 && keepAlive == TimeSpan.Zero;
        if (!unloads)
        {
            CheckCapabilities(chat, model, think);
        }

        var options = json.Field("options");
        ChatRequestTypes.CheckOptions(options);
        ChatRequestTypes.CheckFormat(json.Field("format"));
        return new ChatRequest(chat, model)
        {
            KeepAlive = keepAlive,
            Context = Math.Min(Whole(options.Field("num_ctx")) is > 0 and var asked ? asked : server.ContextLength, model.ContextLength),
            NumPredict = Whole(options.Field("num_predict")) is > 0 and var limit ? limit : null,
            ThinkingRefused = think is false,
            Truncate = json.Field("truncate").ValueKind is not JsonValueKind.False,
        };
    }

    private static FakeModel Find(string name, FakeOllamaServer server)
    {
        if (name.Length == 0)
        {
            throw new RefusedException(400, "model is required");
        }

        if (!ModelName.IsValid(name))
        {
            throw new RefusedException(400, "invalid model name");
        }

        return server.Models.FirstOrDefault(m => m.IsCalled(name))
            ?? throw new RefusedException(404, $"model '{name}' not found");
    }

    private static void CheckCapabilities(RecordedChat chat, FakeModel model, bool? think)
    {
        if (!model.Can("completion"))
        {
            throw new RefusedException(400, $"\"{chat.Model}\" does not support chat");
        }

        if (chat.Json.Field("tools") is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() > 0 && !model.Can("tools"))
        {
            throw new RefusedException(400, $"registry.ollama.ai/library/{model.FullName} does not support tools");
        }

        if (think is true && !model.Can("thinking"))
        {
            throw new RefusedException(400, $"\"{chat.Model}\" does not support thinking");
        }
    }

    private static bool? ReadThink(JsonElement think) => think.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String when think.GetString() is "low" or "medium" or "high" or "max" => true,
        JsonValueKind.String => throw new RefusedException(400,
            $"invalid think value: \"{think.GetString()}\" (must be \"high\", \"medium\", \"low\", \"max\", true, or false)"),
        _ => throw new RefusedException(400, "think must be a boolean or string (\"high\", \"medium\", \"low\", \"max\", true, or false)"),
    };

    private static int? Whole(JsonElement number) =>
        number.ValueKind is JsonValueKind.Number ? (int)Math.Clamp(number.GetDouble(), int.MinValue, int.MaxValue) : null;
}
