using System.Text.RegularExpressions;

namespace Pipulate.FakeOllama;

/// <summary>What the model says to one request, and how.</summary>
public sealed partial record FakeAnswer
{
    /// <summary>The pieces, exactly as they are sent.</summary>
    public IReadOnlyList<string> Pieces { get; init; } = [];

    /// <summary>The pace; 0 is as fast as possible.</summary>
    public double TokensPerSecond { get; init; } = 200;

    /// <summary>How long nothing comes, no header either, as while a model loads.</summary>
    public TimeSpan FirstTokenDelay { get; init; }

    /// <summary>What is sent as thinking before the first piece.</summary>
    public string? Thinking { get; init; }

    /// <summary>Whether the model asks for the first tool of the request instead of speaking.</summary>
    public bool CallsTool { get; init; }

    public FakeFault Fault { get; init; }

    public int FaultAfterTokens { get; init; } = 1;

    public string ErrorText { get; init; } = "an error was encountered while running the model: unexpected EOF";

    /// <summary>An HTTP error before the stream, with <see cref="ErrorText"/>.</summary>
    public int? StatusCode { get; init; }

    /// <summary>Awaited before the first token: a test holds the answer back without a clock.</summary>
    public Task? Gate { get; init; }

    /// <summary>Awaited after <see cref="FaultAfterTokens"/> tokens: a test holds the answer in the middle.</summary>
    public Task? GateInTheMiddle { get; init; }

    /// <summary>Cuts a text into pieces the size of words; put together they are the text.</summary>
    public static FakeAnswer Text(string text) => new() { Pieces = [.. Words().Matches(text).Select(match => match.Value)] };

    public static FakeAnswer Tokens(params string[] tokens) => new() { Pieces = tokens };

    [GeneratedRegex(@"\s*\S+|\s+")]
    private static partial Regex Words();
}
