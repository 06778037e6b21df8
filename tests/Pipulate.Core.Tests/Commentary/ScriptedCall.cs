using System.Threading.Channels;
using Microsoft.Extensions.AI;

namespace Pipulate.Tests.Commentary;

/// <summary>One request to the model: what it was told, and the answer as the test dictates it.</summary>
internal sealed class ScriptedCall(IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
{
    private readonly Channel<ChatResponseUpdate> _updates = Channel.CreateUnbounded<ChatResponseUpdate>();

    public IReadOnlyList<ChatMessage> Messages { get; } = messages;

    public ChatOptions? Options { get; } = options;

    public CancellationToken Token { get; } = cancellationToken;

    public ChannelReader<ChatResponseUpdate> Updates => _updates.Reader;

    /// <summary>All that it was told behind the system message, in a form to compare.</summary>
    public string[] Told => [.. Messages.Skip(1).Select(message => $"{message.Role}: {message.Text}")];

    public void Say(string words) => _updates.Writer.TryWrite(new ChatResponseUpdate(ChatRole.Assistant, words) { ModelId = "scripted" });

    public void Think(string words) => _updates.Writer.TryWrite(new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent(words)]) { ModelId = "scripted" });

    public void Finish(string words = "")
    {
        _updates.Writer.TryWrite(new ChatResponseUpdate(ChatRole.Assistant, words) { ModelId = "scripted", FinishReason = ChatFinishReason.Stop });
        _updates.Writer.Complete();
    }

    public void Fail(Exception problem) => _updates.Writer.Complete(problem);

    /// <summary>Completes when the request is given up.</summary>
    public async Task GivenUpAsync()
    {
        var given = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = Token.Register(given.SetResult);
        await given.Task.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
    }
}
