using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Pipulate.Tests.Models;

/// <summary>
/// A client that looks from outside as OllamaSharp's <c>OllamaApiClient</c> does (5.4, seen by running it), with its faults: an error in the middle of a stream is an update of an unknown role and then a normal
/// end, a stream that ends without its last line ends normally, and a read that waits heeds no token.
/// </summary>
internal sealed class OllamaSharpShape : IChatClient
{
    private readonly TaskCompletionSource _stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How the streams end.</summary>
    public enum Ending
    {
        /// <summary>With the line that says so.</summary>
        Done,

        /// <summary>With an error line.</summary>
        ErrorLine,

        /// <summary>Without any line.</summary>
        Nothing,

        /// <summary>Not before <see cref="Release"/>, whatever is cancelled.</summary>
        Stall,
    }

    public string[] Thoughts { get; set; } = [];

    public string[] Pieces { get; set; } = ["Well", " said."];

    public Ending End { get; set; }

    /// <summary>With what a request is refused: OllamaSharp loses the server's words.</summary>
    public HttpStatusCode? Refusal { get; set; }

    public List<ChatOptions?> Asked { get; } = [];

    public void Release() => _stalled.TrySetResult();

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Asked.Add(options);
        await Task.Yield();
        if (Refusal is { } status)
        {
            throw new HttpRequestException($"Response status code does not indicate success: {(int)status} ({status}).", inner: null, status);
        }

        var response = Guid.NewGuid().ToString("N");
        foreach (var thought in Thoughts)
        {
            yield return Line(new TextReasoningContent(thought));
        }

        foreach (var piece in Pieces)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                yield break;
            }

            yield return Line(new TextContent(piece));
        }

        switch (End)
        {
            case Ending.Stall:
                await _stalled.Task;
                yield return Line(new TextContent(" Much too late."));
                break;
            case Ending.ErrorLine:
                yield return new ChatResponseUpdate(new ChatRole("unknown"), "") { ResponseId = response };
                break;
            case Ending.Done:
                var done = Line(new TextContent(""), new UsageContent(new UsageDetails { InputTokenCount = 20, OutputTokenCount = 2, TotalTokenCount = 22 }));
                done.FinishReason = new ChatFinishReason("stop");
                done.AdditionalProperties = new() { ["load_duration"] = TimeSpan.FromMilliseconds(1), ["eval_duration"] = TimeSpan.FromMilliseconds(2) };
                yield return done;
                break;
        }

        ChatResponseUpdate Line(params AIContent[] contents) =>
            new(ChatRole.Assistant, [.. contents]) { ResponseId = response, ModelId = "llama3.2", CreatedAt = DateTimeOffset.UnixEpoch, RawRepresentation = this };
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("ollama", new Uri("http://127.0.0.1:11434"), "llama3.2")
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose() => Release();
}
