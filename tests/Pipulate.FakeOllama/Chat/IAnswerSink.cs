namespace Pipulate.FakeOllama.Chat;

/// <summary>Where an answer goes: onto the wire token by token, or together into one object.</summary>
internal interface IAnswerSink
{
    Task TokenAsync(Token token, CancellationToken gone);

    Task ToolCallsAsync(IReadOnlyList<FakeToolCall> calls, CancellationToken gone);

    Task ErrorAsync(string text, CancellationToken gone);

    Task GarbageAsync(CancellationToken gone);

    Task HugeAsync(int bytes, CancellationToken gone);

    /// <summary>Ends in good order, but without saying so.</summary>
    Task EndWithoutDoneAsync(CancellationToken gone);

    Task DoneAsync(AnswerMetrics metrics, IReadOnlyList<FakeToolCall> calls, CancellationToken gone);
}
