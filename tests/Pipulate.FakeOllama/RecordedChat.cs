using System.Text;
using System.Text.Json;
using Pipulate.FakeOllama.Json;

namespace Pipulate.FakeOllama;

/// <summary>One body that <c>/api/chat</c> received, well-formed or not, and what became of its answer.</summary>
public sealed class RecordedChat
{
    private readonly TaskCompletionSource<long> _firstToken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastToken;
    private volatile bool _aborted;

    internal RecordedChat(byte[] body, long received)
    {
        Received = received;
        Body = Encoding.UTF8.GetString(body);
        (Json, JsonError) = GoJsonReader.Read(body);
        Model = Json.Field("model").TextOr("");
        Stream = Json.Field("stream").ValueKind is not JsonValueKind.False;
        Messages = Json.Field("messages") is { ValueKind: JsonValueKind.Array } messages
            ? [.. messages.EnumerateArray().Select(m => new RecordedMessage(m.Field("role").TextOr(""), m.Field("content").TextOr("")))]
            : [];
    }

    /// <summary>The model as the client named it.</summary>
    public string Model { get; }

    /// <summary>The messages; empty for a request that only loads or unloads the model.</summary>
    public IReadOnlyList<RecordedMessage> Messages { get; }

    /// <summary>The body exactly as received.</summary>
    public string Body { get; }

    /// <summary>The parsed body; of kind Undefined when it was not JSON.</summary>
    public JsonElement Json { get; }

    public bool Stream { get; }

    /// <summary>The Stopwatch timestamp of the body's arrival.</summary>
    public long Received { get; }

    /// <summary>The Stopwatch timestamp taken just before the first token was sent; cancelled when the chat ends without one.</summary>
    public Task<long> FirstTokenWritten => _firstToken.Task;

    /// <summary>The Stopwatch timestamp of the newest token sent so far.</summary>
    public long? LastTokenTimestamp => Interlocked.Read(ref _lastToken) is var at and not 0 ? at : null;

    /// <summary>Completes, never fails, when the server has nothing more to do for this chat.</summary>
    public Task Finished => _finished.Task;

    /// <summary>Whether the client went away before the end.</summary>
    public bool Aborted => _aborted;

    internal string? JsonError { get; }

    internal void TokenWritten(long timestamp)
    {
        Interlocked.Exchange(ref _lastToken, timestamp);
        _firstToken.TrySetResult(timestamp);
    }

    internal void ClientWentAway() => _aborted = true;

    internal void Finish()
    {
        _firstToken.TrySetCanceled();
        _finished.TrySetResult();
    }
}
