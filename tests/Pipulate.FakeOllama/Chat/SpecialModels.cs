using System.Text.Json;

namespace Pipulate.FakeOllama.Chat;

/// <summary>The models of a server nobody configured: one that talks, and one for each thing that can happen.</summary>
internal static class SpecialModels
{
    private const string Talk = """
        You added "buy milk & bread" to the list, a fine start for the day. There are three things left now, and the oldest of them
        has been waiting since Monday. Shall we look at that one next, or is today a day for shopping?
        """;

    public static IReadOnlyList<FakeModel> Installed =>
    [
        new("llama3.2:latest") { Capabilities = ["completion", "tools"] },
        new("error-mid:latest"),
        new("error-early:latest"),
        new("busy:latest"),
        new("slow:latest"),
        new("think:latest") { Family = "qwen3", ParameterSize = "8.2B", Size = 5_225_376_047, Capabilities = [
            "completion", "tools", "thinking"
        ] },
        new("think-in-content:latest"),
        new("tools:latest") { Capabilities = ["completion", "tools"] },
        new("cut:latest"),
        new("reset:latest"),
        new("garbage:latest"),
        new("stall:latest"),
        new("embed:latest")
        {
            Family = "nomic-bert",
            ParameterSize = "137M",
            Quantization = "F16",
            Size = 274_302_450,
            ContextLength = 2048,
            Capabilities = ["embedding"],
        },
    ];

    public static IReadOnlyList<FakeModel> Pullable => [new("tinyllama:latest") { ParameterSize = "1.1B", Size = 637_700_138 }];

    public static FakeAnswer Answer(RecordedChat chat)
    {
        var talk = FakeAnswer.Text(Talk.ReplaceLineEndings(" "));
        return FakeModel.WithTag(chat.Model).ToLowerInvariant() switch
        {
            "error-mid:latest" => talk with { Fault = FakeFault.ErrorLine, FaultAfterTokens = 3 },
            "error-early:latest" => talk with { StatusCode = 500 },
            "busy:latest" => talk with { StatusCode = 503 },
            "slow:latest" => talk with { LoadDuration = TimeSpan.FromMilliseconds(500) },
            "think:latest" => talk with { Thinking = "Okay, the user added something. I should say something kind about it." },
            "think-in-content:latest" => talk with { Thinking = "Okay, be kind.", ThinkInContent = true },
            "tools:latest" => ToolCall(chat) ?? talk,
            "cut:latest" => talk with { Fault = FakeFault.EndWithoutDone, FaultAfterTokens = 3 },
            "reset:latest" => talk with { Fault = FakeFault.Reset, FaultAfterTokens = 3 },
            "garbage:latest" => talk with { Fault = FakeFault.GarbageLine, FaultAfterTokens = 3 },
            "stall:latest" => talk with { Fault = FakeFault.Stall, FaultAfterTokens = 3 },
            _ => talk,
        };
    }

    // The first tool offered, every argument "Tokyo"; after its result the model talks.
    private static FakeAnswer? ToolCall(RecordedChat chat)
    {
        if (chat.Messages is [.., { Role: "tool" }]
            || !chat.Json.TryGetProperty("tools", out var tools)
            || tools.EnumerateArray().FirstOrDefault() is not { ValueKind: JsonValueKind.Object } tool
            || !tool.TryGetProperty("function", out var function))
        {
            return null;
        }

        var names = function.TryGetProperty("parameters", out var parameters) && parameters.TryGetProperty("properties", out var properties)
            ? properties.EnumerateObject().Select(p => p.Name)
            : [];
        var arguments = JsonSerializer.SerializeToElement(names.ToDictionary(name => name, _ => "Tokyo"));
        return new FakeAnswer { ToolCalls = [new FakeToolCall(function.GetProperty("name").GetString()!, arguments)] };
    }
}
