using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Pipulate.Models;

namespace Pipulate.Tests.Models;

public class StreamGuardTimeoutTests : GuardedStreamTests
{
    [Fact]
    public async Task ReadAsync_SilenceBeforeTheFirstToken_TimesOutAfterFirstToken()
    {
        var client = new Client(token => Stalled([], token));
        var reading = ReadAsync(client);
        await _time.WaitForTimerAsync(FirstToken);
        _time.Advance(FirstToken - TimeSpan.FromSeconds(1));
        Assert.False(reading.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        var (_, exception) = await reading.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        Assert.Equal(ModelFailureKind.TimedOut, Kind(Assert.IsType<TimeoutException>(exception)));
        Assert.True(client.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task ReadAsync_EmptyOpeningUpdate_DoesNotEndThePatienceForTheFirstToken()
    {
        var reading = ReadAsync(new Client(token => Stalled([new ChatResponseUpdate(ChatRole.Assistant, "")], token)));
        await _time.WaitForTimerAsync(FirstToken);
        _time.Advance(Idle + Idle);
        Assert.False(reading.IsCompleted);
        _time.Advance(FirstToken);

        Assert.IsType<TimeoutException>((await reading.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken)).Failure);
    }

    [Fact]
    public async Task ReadAsync_SilenceAfterThinking_TimesOutAfterIdle()
    {
        var reading =
            ReadAsync(new Client(token => Stalled([new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("hm")])], token)));
        await _time.WaitForTimerAsync(Idle);
        _time.Advance(Idle);

        Assert.IsType<TimeoutException>((await reading.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken)).Failure);
    }

    [Fact]
    public async Task ReadAsync_ClientIgnoresItsToken_CancellationIsStillNoticed()
    {
        using var stop = new CancellationTokenSource();
        var release = new TaskCompletionSource();
        var client = new Client(_ => Deaf(release.Task));
        var reading = ReadAsync(client, _ => { }, stop.Token);
        await client.Started.Task.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
        await stop.CancelAsync();

        var (_, exception) = await reading.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        Assert.IsAssignableFrom<OperationCanceledException>(exception);
        Assert.False(client.Disposed.Task.IsCompleted);
        release.SetResult();
        await client.Disposed.Task.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ReadAsync_ClientEndsNormallyOnCancel_IsCancelled()
    {
        using var stop = new CancellationTokenSource();
        var (text, exception) = await ReadAsync(new Client(token => EndsWhenCancelled(token)), _ => stop.Cancel(), stop.Token);

        Assert.Equal("Hel", text);
        Assert.IsAssignableFrom<OperationCanceledException>(exception);

        static async IAsyncEnumerable<ChatResponseUpdate> EndsWhenCancelled([EnumeratorCancellation] CancellationToken token)
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, "Hel");
            while (!token.IsCancellationRequested)
            {
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task ReadAsync_AlreadyCancelled_AsksNobody()
    {
        var client = new Client(_ => Healthy());
        var (_, exception) = await ReadAsync(client, _ => { }, new CancellationToken(canceled: true));

        Assert.IsAssignableFrom<OperationCanceledException>(exception);
        Assert.False(client.Started.Task.IsCompleted);
    }

    [Fact]
    public async Task ReadAsync_ReaderLeavesEarly_TheClientIsToldToStop()
    {
        var client = new Client(_ => Healthy());
        await foreach (var _ in Guard(client, CancellationToken.None))
        {
            break;
        }

        Assert.True(client.Token.IsCancellationRequested);
        Assert.True(client.Disposed.Task.IsCompleted);
    }

    [Fact]
    public async Task ReadAsync_SilenceAfterTheFinish_ChangesNothing()
    {
        var reading = ReadAsync(new Client(
            token => Stalled([new ChatResponseUpdate(ChatRole.Assistant, "Hello") { FinishReason = ChatFinishReason.Stop }], token)));
        await _time.WaitForTimerAsync(Idle);
        _time.Advance(Idle);

        Assert.Equal(("Hello", null), await reading.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ReadAsync_SilenceWhileAToolRuns_HasTheTimeOfAFirstToken()
    {
        var reading = ReadAsync(new Client(token => Stalled(
            [
                new ChatResponseUpdate(ChatRole.Assistant, "Let me look."),
                new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent("c", "look")])
            ], token)));
        await _time.WaitForTimerAsync(FirstToken);
        _time.Advance(Idle + Idle);
        Assert.False(reading.IsCompleted);
        _time.Advance(FirstToken);

        Assert.IsType<TimeoutException>((await reading.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken)).Failure);
    }

    [Fact]
    public async Task ReadAsync_HeartbeatsBeforeTheFirstToken_DoNotProlongTheWait()
    {
        var reading = ReadAsync(new Client(Beats));
        for (var waited = TimeSpan.Zero; waited < FirstToken; waited += Idle)
        {
            Assert.False(reading.IsCompleted);
            await _time.WaitForTimerAsync(Idle);
            _time.Advance(Idle);
        }

        Assert.IsType<TimeoutException>((await reading.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken)).Failure);

        async IAsyncEnumerable<ChatResponseUpdate> Beats([EnumeratorCancellation] CancellationToken token)
        {
            while (true)
            {
                await Task.Delay(Idle, _time, token);
                yield return new ChatResponseUpdate();
            }
        }
    }

    [Fact]
    public async Task ReadAsync_HeartbeatsAtOnceWithoutEnd_TimeOut()
    {
        var (_, exception) = await ReadAsync(new Client(_ => Beats()));

        Assert.IsType<TimeoutException>(exception);

        async IAsyncEnumerable<ChatResponseUpdate> Beats()
        {
            await Task.CompletedTask;
            while (true)
            {
                _time.Advance(TimeSpan.FromMinutes(1));
                yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = 1 })]);
            }
        }
    }

    [Fact]
    public async Task ReadAsync_CancelledByTheClientItself_IsIncompleteAndNotStopped()
    {
        var (text, exception) =
            await ReadAsync(new Client(_ => Throwing(new TaskCanceledException(), new ChatResponseUpdate(ChatRole.Assistant, "Hel"))));

        Assert.Equal(("Hel", ModelFailureKind.Incomplete), (text, Kind(exception)));
    }
}
