using System.Diagnostics;
using Pipulate.FakeOllama.Library;

namespace Pipulate.FakeOllama.Chat;

/// <summary>Plays an answer into a sink: gates, delays, pace and faults. Every wait ends when the client is gone.</summary>
internal sealed class AnswerPlayer(HttpContext context, ChatRequest request, LoadedModels loaded, FakeAnswer answer, IAnswerSink sink)
{
    private static readonly TimeSpan SocketFlushTime = TimeSpan.FromMilliseconds(30);

    public async Task PlayAsync(CancellationToken gone)
    {
        var metrics = new AnswerMetrics
        {
            PromptTokens = answer.PromptEvalCount ?? PromptSize.Count(request.Chat.Messages, request.Context, request.Truncate),
        };
        await WaitAsync(answer.Gate, gone);
        await DelayAsync(answer.LoadDuration, gone);
        metrics.Loaded();
        loaded.Use(request.Model, request.KeepAlive, request.Context);
        await DelayAsync(answer.FirstTokenDelay, gone);
        metrics.PromptRead();
        if (answer.StatusCode is { } status)
        {
            throw new RefusedException(status, answer.ErrorText ?? ErrorTexts.For(status, request.Chat.Model));
        }

        if (await TokensAsync(metrics, gone))
        {
            await EndAsync(metrics, gone);
        }
    }

    /// <summary>False when a fault ended the answer.</summary>
    private async Task<bool> TokensAsync(AnswerMetrics metrics, CancellationToken gone)
    {
        var tokens = Tokens();
        var faultAt = Math.Min(answer.FaultAfterTokens, tokens.Count);
        var holdAt = Math.Min(Math.Max(1, answer.FaultAfterTokens), tokens.Count);
        var begin = Stopwatch.GetTimestamp();
        for (var i = 0; ; i++)
        {
            if (i == holdAt && answer.GateAfterFirst is not null)
            {
                await WaitAsync(answer.GateAfterFirst, gone);
                // The pace starts anew: the tokens held back must not come in one burst.
                begin = Stopwatch.GetTimestamp() - PaceOf(i);
            }

            if (i == faultAt && !await FaultAsync(gone))
            {
                return false;
            }

            if (i == tokens.Count)
            {
                return true;
            }

            // Against the clock of the whole answer: delays that round up would otherwise add up to a slower pace.
            await DelayAsync(Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), begin + PaceOf(i)), gone);
            await sink.TokenAsync(tokens[i], gone);
            metrics.Tokens++;
            if (metrics.Tokens == request.NumPredict && i + 1 < tokens.Count)
            {
                metrics.DoneReason = "length";
                return true;
            }
        }
    }

    private async Task EndAsync(AnswerMetrics metrics, CancellationToken gone)
    {
        var late = answer.ToolCallsOnDoneLine || answer.ToolCalls.Count == 0;
        if (!late)
        {
            await sink.ToolCallsAsync(answer.ToolCalls, gone);
        }

        // A call is written in tokens too, though it arrives whole.
        metrics.Tokens += answer.ToolCalls.Count;
        await sink.DoneAsync(metrics, late ? answer.ToolCalls : [], gone);
    }

    /// <summary>True when the answer goes on.</summary>
    private async Task<bool> FaultAsync(CancellationToken gone)
    {
        switch (answer.Fault)
        {
            case FakeFault.ErrorLine:
                await sink.ErrorAsync(answer.ErrorText ?? ErrorTexts.MidStream, gone);
                return false;
            case FakeFault.EndWithoutDone:
                await sink.EndWithoutDoneAsync(gone);
                return false;
            case FakeFault.Reset:
                // Kestrel sends from a queue of its own; what was written before the reset shall still leave the machine.
                await Task.Delay(SocketFlushTime, gone);
                context.Abort();
                return false;
            case FakeFault.Stall:
                await Task.Delay(Timeout.InfiniteTimeSpan, gone);
                return false;
            case FakeFault.GarbageLine:
                await sink.GarbageAsync(gone);
                return true;
            case FakeFault.HugeLine:
                await sink.HugeAsync(answer.HugeLineBytes, gone);
                return true;
            default:
                return true;
        }
    }

    private List<Token> Tokens()
    {
        var content = answer.Pieces.Select(text => new Token(text, IsThinking: false));
        if (answer.Thinking is null)
        {
            return [.. content];
        }

        if (answer.ThinkInContent)
        {
            var thought = Tokenizer.Cut($"<think>\n{answer.Thinking}\n</think>\n\n");
            return [.. thought.Select(text => new Token(text, IsThinking: false)), .. content];
        }

        return request.ThinkingRefused
            ? [.. content]
            : [.. Tokenizer.Cut(answer.Thinking).Select(text => new Token(text, IsThinking: true)), .. content];
    }

    private long PaceOf(int token) =>
        answer.TokensPerSecond > 0 ? (long)(token / answer.TokensPerSecond * Stopwatch.Frequency) : 0;

    private static Task WaitAsync(Task? gate, CancellationToken gone) => gate?.WaitAsync(gone) ?? Task.CompletedTask;

    private static Task DelayAsync(TimeSpan time, CancellationToken gone) =>
        time > TimeSpan.Zero ? Task.Delay(time, gone) : Task.CompletedTask;
}
