using System.Diagnostics;
using System.Text;
using Pipulate.FakeOllama.Json;

namespace Pipulate.FakeOllama.Chat;

/// <summary>Collects the answer to <c>stream:false</c> and sends it as one object.</summary>
internal sealed class WholeAnswer(HttpResponse response, RecordedChat chat, ChatLines lines) : IAnswerSink
{
    private readonly StringBuilder _content = new();
    private readonly StringBuilder _thinking = new();
    private IReadOnlyList<FakeToolCall> _calls = [];

    public Task TokenAsync(Token token, CancellationToken gone)
    {
        (token.IsThinking ? _thinking : _content).Append(token.Text);
        return Task.CompletedTask;
    }

    public Task ToolCallsAsync(IReadOnlyList<FakeToolCall> calls, CancellationToken gone)
    {
        _calls = calls;
        return Task.CompletedTask;
    }

    // Nothing has been sent yet, so the failure still gets a status of its own.
    public Task ErrorAsync(string text, CancellationToken gone) => throw new RefusedException(500, text);

    public Task GarbageAsync(CancellationToken gone) => throw new RefusedException(502, "");

    public Task HugeAsync(int bytes, CancellationToken gone)
    {
        _content.Append('x', bytes);
        return Task.CompletedTask;
    }

    public Task EndWithoutDoneAsync(CancellationToken gone) => SendAsync(null, gone);

    public Task DoneAsync(AnswerMetrics metrics, IReadOnlyList<FakeToolCall> calls, CancellationToken gone)
    {
        _calls = [.. _calls, .. calls];
        return SendAsync(metrics, gone);
    }

    private async Task SendAsync(AnswerMetrics? metrics, CancellationToken gone)
    {
        var at = Stopwatch.GetTimestamp();
        await response.JsonAsync(lines.Whole(_content.ToString(), _thinking.ToString(), _calls, metrics), gone);
        chat.TokenWritten(at);
    }
}
