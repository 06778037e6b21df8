using Pipulate.FakeOllama.Chat;

namespace Pipulate.FakeOllama;

/// <summary>How one chat is answered; change a setting with <c>with { … }</c>.</summary>
public sealed record FakeAnswer
{
    /// <summary>The tokens of the content, in order.</summary>
    public IReadOnlyList<string> Pieces { get; init; } = [];

    /// <summary>The pace; 0 is as fast as possible. Default 200.</summary>
    public double TokensPerSecond { get; init; } = 200;

    /// <summary>The time the prompt takes; not even the headers come before it is over.</summary>
    public TimeSpan FirstTokenDelay { get; init; }

    /// <summary>The time the model takes to load, before <see cref="FirstTokenDelay"/>; reported as <c>load_duration</c>.</summary>
    public TimeSpan LoadDuration { get; init; }

    /// <summary>Thinking that comes first, unless the request says <c>think:false</c>.</summary>
    public string? Thinking { get; init; }

    /// <summary>Puts the thinking into the content between think tags, as old servers and bad templates do.</summary>
    public bool ThinkInContent { get; init; }

    public IReadOnlyList<FakeToolCall> ToolCalls { get; init; } = [];

    /// <summary>Sends the tool calls on the <c>done:true</c> line (0.30 and newer) and not on a line before it.</summary>
    public bool ToolCallsOnDoneLine { get; init; }

    public FakeFault Fault { get; init; }

    /// <summary>How many tokens (thinking included) come before the fault and before <see cref="GateAfterFirst"/>.</summary>
    public int FaultAfterTokens { get; init; }

    /// <summary>
    /// The text of the error line or of the error before the stream; null takes Ollama's own. Empty with a <see cref="StatusCode"/> sends
    /// no body.
    /// </summary>
    public string? ErrorText { get; init; }

    /// <summary>An error in place of the stream: this status and <c>{"error":"…"}</c>.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The bytes of <see cref="FakeFault.HugeLine"/>. Default 16 MiB.</summary>
    public int HugeLineBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>What the last line says of the prompt; null is an estimate of four characters a token, cut to the context.</summary>
    public int? PromptEvalCount { get; init; }

    /// <summary>Awaited before the first token: holds the whole answer, headers too.</summary>
    public Task? Gate { get; init; }

    /// <summary>Awaited after the first token, or after <see cref="FaultAfterTokens"/> tokens when that is set.</summary>
    public Task? GateAfterFirst { get; init; }

    /// <summary>An answer of the text cut into tokens like words; joined they are the text again, to the last blank.</summary>
    public static FakeAnswer Text(string text) => new() { Pieces = Tokenizer.Cut(text) };

    /// <summary>An answer of exactly these tokens.</summary>
    public static FakeAnswer Tokens(params string[] tokens) => new() { Pieces = tokens };

    /// <summary>The server's default: what a special model's name promises, else about forty words.</summary>
    public static FakeAnswer ByModelName(RecordedChat chat) => SpecialModels.Answer(chat);
}
