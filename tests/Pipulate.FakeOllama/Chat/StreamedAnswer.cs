using System.Diagnostics;
using Pipulate.FakeOllama.Json;

namespace Pipulate.FakeOllama.Chat;

/// <summary>Sends newline-delimited JSON; one write and one flush a line, and no header before the first.</summary>
internal sealed class StreamedAnswer(HttpResponse response, RecordedChat chat, ChatLines lines) : IAnswerSink
{
    private const int BlockSize = 64 * 1024;

    public async Task TokenAsync(Token token, CancellationToken gone)
    {
        // Taken before the write: nobody can have read a token before its timestamp.
        var at = Stopwatch.GetTimestamp();
        await SendAsync(lines.Token(token), gone);
        chat.TokenWritten(at);
    }

    public async Task ToolCallsAsync(IReadOnlyList<FakeToolCall> calls, CancellationToken gone)
    {
        var at = Stopwatch.GetTimestamp();
        await SendAsync(lines.ToolCalls(calls), gone);
        chat.TokenWritten(at);
    }

    public Task ErrorAsync(string text, CancellationToken gone) => SendAsync(GoJson.Line(w => w.Text("error", text)), gone);

    public Task GarbageAsync(CancellationToken gone) => SendAsync("<html>502 Bad Gateway</html>\n"u8.ToArray(), gone);

    // In blocks, as long as somebody reads them: a client that gives up in the middle must be seen at once.
    public async Task HugeAsync(int bytes, CancellationToken gone)
    {
        await SendAsync("""{"message":{"role":"assistant","content":" """u8.TrimEnd((byte)' ').ToArray(), gone);
        var block = new byte[BlockSize];
        Array.Fill(block, (byte)'x');
        for (var left = bytes; left > 0; left -= BlockSize)
        {
            await SendAsync(block.AsMemory(0, Math.Min(left, BlockSize)), gone);
        }

        await SendAsync("\"},\"done\":false}\n"u8.ToArray(), gone);
    }

    public async Task EndWithoutDoneAsync(CancellationToken gone)
    {
        Begin();
        await response.StartAsync(gone);
    }

    public Task DoneAsync(AnswerMetrics metrics, IReadOnlyList<FakeToolCall> calls, CancellationToken gone) =>
        SendAsync(lines.Done(metrics, calls), gone);

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken gone)
    {
        // Kestrel swallows what is written to a closed connection; the journal must not.
        gone.ThrowIfCancellationRequested();
        Begin();
        await response.BodyWriter.WriteAsync(bytes, gone);
    }

    private void Begin()
    {
        if (!response.HasStarted)
        {
            response.ContentType = "application/x-ndjson";
        }
    }
}
