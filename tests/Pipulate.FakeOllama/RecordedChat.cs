using System.Diagnostics;
using System.Text.Json;

namespace Pipulate.FakeOllama;

/// <summary>A request to /api/chat as it came, and what became of it.</summary>
public sealed class RecordedChat
{
    private readonly TaskCompletionSource<long> _firstToken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal RecordedChat(string body)
    {
        Body = body;
        using var document = JsonDocument.Parse(body);
        Json = document.RootElement.Clone();
        Model = Text(Json, "model");
        Messages = Json.TryGetProperty("messages", out var messages) && messages.ValueKind is JsonValueKind.Array
            ? [.. messages.EnumerateArray().Select(message => new RecordedMessage(Text(message, "role"), Text(message, "content")))]
            : [];
        Stream = !Json.TryGetProperty("stream", out var stream) || stream.ValueKind is not JsonValueKind.False;
    }

    public string Model { get; }

    public IReadOnlyList<RecordedMessage> Messages { get; }

    /// <summary>The body, byte for byte.</summary>
    public string Body { get; }

    public JsonElement Json { get; }

    public bool Stream { get; }

    /// <summary>The timestamp (<see cref="Stopwatch"/>) at which the first token left.</summary>
    public Task<long> FirstTokenWritten => _firstToken.Task;

    /// <summary>Ends when the answer has, in whatever way.</summary>
    public Task Finished => _finished.Task;

    internal void NoteFirstToken() => _firstToken.TrySetResult(Stopwatch.GetTimestamp());

    internal void NoteFinished()
    {
        _firstToken.TrySetCanceled();
        _finished.TrySetResult();
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";
}
