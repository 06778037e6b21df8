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

    /// <summary>Says the last words, and how many tokens it has read if the model is one that counts them.</summary>
    public void Finish(string words = "", long? read = null, string model = "scripted")
    {
        var last = new ChatResponseUpdate(ChatRole.Assistant, words) { ModelId = model, FinishReason = ChatFinishReason.Stop };
        if (read is not null)
        {
            last.Contents.Add(new UsageContent(new UsageDetails { InputTokenCount = read, OutputTokenCount = 1 }));
        }

        _updates.Writer.TryWrite(last);
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
