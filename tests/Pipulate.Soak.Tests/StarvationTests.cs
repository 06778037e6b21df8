using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Soak.Hosting;
using Pipulate.Tests;

namespace Pipulate.Soak;

/// <summary>An application that blocks every thread there is.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class StarvationTests(ITestOutputHelper output)
{
    private const int Pages = 20;
    private const int MaxThreads = 4;

    /// <summary>Longer than <c>Limits:Send</c>, and less than what a page may take to answer a ping.</summary>
    private static readonly TimeSpan Starved = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(5);

    [Fact]
    [Trait("Row", "F-23")]
    public async Task ThreadPool_AllBlockedForTwelveSeconds_CutsNobodyOffAndGoesOnWithinFive()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var log = new SoakLog();
        using var model = new SteadySpeaker();
        await using var host = await SoakHost.StartAsync(
            new Uri("http://127.0.0.1:0"),
            new SoakHost.FaultLogger(log),
            services =>
            {
                services.AddSingleton<IChatClient>(model);
                services.AddPipulate(options => options.Conversations = ConversationScope.Shared);
            });
        var pages = await Task.WhenAll(
            Enumerable.Range(0, Pages).Select(_ => RawPage.ConnectAsync(host.Address, cancellationToken: cancellation)));
        await pages[0].TypeAsync("before", "m1", cancellation);
        await Task.WhenAll(pages.Select(page => ReadUntilAsync(page, "word", cancellation)));

        var (late, began) = (await StarveAsync(
            () => pages[1].TypeAsync("meanwhile", "m2", cancellation).AsTask()), Stopwatch.GetTimestamp());
        await Task.WhenAll(pages.Select(page => ReadUntilAsync(page, "meanwhile", cancellation))).WaitAsync(TestTime.Timeout, cancellation);
        var recovered = Stopwatch.GetElapsedTime(began);
        await Task.WhenAll(pages.Select(page =>
            ReadUntilAsync(page, "to the end", cancellation))).WaitAsync(TestTime.Timeout, cancellation);

        output.WriteLine(
            $"What came first waited {late.TotalSeconds:0.0} s for a thread; all {Pages} pages had what was typed meanwhile "
                + $"{recovered.TotalMilliseconds:0} ms after that.");
        Assert.Equal(Pages, host.Registry.Count);
        Assert.True(late > Starved - TimeSpan.FromSeconds(1), $"The threads were not all blocked: something waited {late} only.");
        Assert.True(recovered < Recovery, $"It took {recovered} until the pages went on.");
        Assert.Empty(log.Faults);
        foreach (var page in pages)
        {
            page.Dispose();
        }
    }

    /// <summary>Blocks all threads of the pool for a while.</summary>
    /// <param name="act">Done when they are blocked.</param>
    /// <returns>How long something waited that needed a thread.</returns>
    private static Task<TimeSpan> StarveAsync(Func<Task> act)
    {
        var waited = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            ThreadPool.GetMinThreads(out var least, out var leastPorts);
            ThreadPool.GetMaxThreads(out var most, out var maxPorts);
            using var open = new ManualResetEventSlim();
            ThreadPool.SetMinThreads(1, leastPorts);
            Assert.True(ThreadPool.SetMaxThreads(MaxThreads, maxPorts));
            for (var i = 0; i < 4 * MaxThreads; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(_ => open.Wait(), null);
            }

            var began = Stopwatch.GetTimestamp();
            ThreadPool.UnsafeQueueUserWorkItem(_ => waited.SetResult(Stopwatch.GetElapsedTime(began)), null);
            _ = act();
            Thread.Sleep(Starved);
            open.Set();
            ThreadPool.SetMaxThreads(most, maxPorts);
            ThreadPool.SetMinThreads(least, leastPorts);

            // What waits at the event must have gone on before it is no more.
            waited.Task.Wait();
            Thread.Sleep(100);
        });
        thread.Start();
        return waited.Task;
    }

    private static async Task ReadUntilAsync(RawPage page, string text, CancellationToken cancellationToken)
    {
        string html;
        do
        {
            var message = await page.ReadAsync(cancellationToken);
            Assert.True(message is not null, $"A page was closed with {page.Closed}.");
            html = Encoding.UTF8.GetString(message.Value.Span);
        }
        while (!html.Contains(text, StringComparison.Ordinal));
    }

    /// <summary>Twenty words a second, for longer than the threads are blocked.</summary>
    private sealed class SteadySpeaker : IChatClient
    {
        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options =
                null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            for (var i = 0; i < 100; i++)
            {
                await pace.WaitForNextTickAsync(cancellationToken);
                yield return new ChatResponseUpdate(ChatRole.Assistant, "word ");
            }

            yield return new ChatResponseUpdate(ChatRole.Assistant, "to the end") { FinishReason = ChatFinishReason.Stop };
        }

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
