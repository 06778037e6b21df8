using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using static Pipulate.Tests.Models.Ollama.OllamaAnswer;
using static Pipulate.Tests.Models.Ollama.ScriptedOllama;

namespace Pipulate.Tests.Models.Ollama;

public class OllamaCancellationTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("before")]
    [InlineData("reading")]
    [InlineData("between")]
    [InlineData("leaving")]
    [Trait("Row", "F-05")]
    public async Task GetStreamingResponseAsync_GivenUp_ClosesTheConnectionAtOnce(string when)
    {
        await using var server = await StartAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Chat = async (context, gone) =>
        {
            asked.SetResult();
            if (when != "before")
            {
                await WriteAsync(context, Line("Hel"));
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone);
        };
        using var client = server.Client();
        using var stop = new CancellationTokenSource();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = Task.Run(
            async () =>
            {
                await foreach (var _ in client.GetStreamingResponseAsync("hi", cancellationToken: stop.Token))
                {
                    first.TrySetResult();
                    if (when == "between")
                    {
                        await stop.CancelAsync();
                    }
                    else if (when == "leaving")
                    {
                        break;
                    }
                }
            },
            Token);
        await asked.Task.WaitAsync(TestTime.Timeout, Token);
        if (when == "reading")
        {
            await first.Task.WaitAsync(TestTime.Timeout, Token);
        }

        if (when is "before" or "reading")
        {
            await stop.CancelAsync();
        }

        if (when == "leaving")
        {
            await reading;
        }
        else
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TestTime.Timeout, Token));
        }

        // Far less than the two seconds that a handler with its default settings goes on reading.
        await server.Aborted.Task.WaitAsync(TimeSpan.FromSeconds(1.5), Token);
    }

    [Theory]
    [InlineData("reading")]
    [InlineData("busy")]
    [InlineData("leaving")]
    [Trait("Row", "F-05")]
    public async Task GetStreamingResponseAsync_GivenUp_ClosesTheResponseWithin100Milliseconds(string when)
    {
        // The best of some: a machine with other work may be late once.
        var best = TimeSpan.MaxValue;
        for (var attempt = 0; attempt < 5 && best > TimeSpan.FromMilliseconds(100); attempt++)
        {
            var took = await CloseAsync(when);
            best = took < best ? took : best;
        }

        output.WriteLine($"{when}: closed after {best.TotalMilliseconds:0.0} ms");
        Assert.InRange(best, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    }

    /// <summary>Gives an answer up after its first piece, and says how long it takes until the server sees that.</summary>
    private static async Task<TimeSpan> CloseAsync(string when)
    {
        await using var server = await StartAsync();
        server.Chat = async (context, gone) =>
        {
            await WriteAsync(context, Line("Hel"));
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone);
        };
        using var client = server.Client();
        using var stop = new CancellationTokenSource();
        var busy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = Task.Run(
            async () =>
            {
                await foreach (var _ in client.GetStreamingResponseAsync("hi", cancellationToken: stop.Token))
                {
                    first.TrySetResult();
                    if (when is "leaving")
                    {
                        break;
                    }

                    await (when is "busy" ? busy.Task : Task.CompletedTask);
                }
            },
            Token);
        await first.Task.WaitAsync(TestTime.Timeout, Token);
        var begin = Stopwatch.GetTimestamp();
        if (when is not "leaving")
        {
            await stop.CancelAsync();
        }

        await server.Aborted.Task.WaitAsync(TestTime.Timeout, Token);
        var took = Stopwatch.GetElapsedTime(begin);
        busy.SetResult();
        await Task.WhenAny(reading);
        Assert.Equal(when is not "leaving", reading.IsCanceled);
        return took;
    }
}
