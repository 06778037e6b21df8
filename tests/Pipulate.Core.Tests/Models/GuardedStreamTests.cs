using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Pipulate.Models;

namespace Pipulate.Tests.Models;

public class GuardedStreamTests
{
    private static readonly TimeSpan FirstToken = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    private readonly ManualTime _time = new();

    [Fact]
    public async Task ReadAsync_HealthyStream_GivesEveryUpdate()
    {
        var updates = await AllAsync(new Client(_ => Healthy()));

        Assert.Equal("Hello world", string.Concat(updates.Select(update => update.Text)));
    }

    [Fact]
    [Trait("Row", "F-06")]
    public async Task ReadAsync_EndWithoutFinishReason_ThrowsAfterTheText()
    {
        var (text, failure) = await ReadAsync(new Client(_ => Said("Hel")));

        Assert.Equal("Hel", text);
        Assert.Equal(ModelFailureKind.Incomplete, Kind(Assert.IsType<IncompleteAnswerException>(failure)));
    }

    [Fact]
    public async Task ReadAsync_UnknownRole_IsIgnoredAndTheEndIsAFailure()
    {
        var (text, failure) = await ReadAsync(new Client(_ => ErrorAsOllamaSharpShowsIt()));

        Assert.Equal("Hel", text);
        Assert.IsType<IncompleteAnswerException>(failure);

        static async IAsyncEnumerable<ChatResponseUpdate> ErrorAsOllamaSharpShowsIt()
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, "Hel");
            yield return new ChatResponseUpdate(new ChatRole("unknown"), "");
        }
    }

    [Fact]
    public async Task ReadAsync_SilenceBeforeTheFirstToken_TimesOutAfterFirstToken()
    {
        var client = new Client(token => Stalled([], token));
        var reading = ReadAsync(client);
        await _time.WaitForTimerAsync(FirstToken);
        _time.Advance(FirstToken - TimeSpan.FromSeconds(1));
        Assert.False(reading.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        var (_, failure) = await reading.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        Assert.Equal(ModelFailureKind.TimedOut, Kind(Assert.IsType<TimeoutException>(failure)));
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
        var reading = ReadAsync(new Client(token => Stalled([new ChatResponseUpdate(ChatRole.Assistant, [new TextReasoningContent("hm")])], token)));
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

        var (_, failure) = await reading.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        Assert.IsAssignableFrom<OperationCanceledException>(failure);
        Assert.False(client.Disposed.Task.IsCompleted);
        release.SetResult();
        await client.Disposed.Task.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ReadAsync_ClientEndsNormallyOnCancel_IsCancelled()
    {
        using var stop = new CancellationTokenSource();
        var (text, failure) = await ReadAsync(new Client(token => EndsWhenCancelled(token)), _ => stop.Cancel(), stop.Token);

        Assert.Equal("Hel", text);
        Assert.IsAssignableFrom<OperationCanceledException>(failure);

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
        var (_, failure) = await ReadAsync(client, _ => { }, new CancellationToken(canceled: true));

        Assert.IsAssignableFrom<OperationCanceledException>(failure);
        Assert.False(client.Started.Task.IsCompleted);
    }

    [Fact]
    public async Task ReadAsync_ClientThrows_ItsExceptionComesThrough()
    {
        var thrown = new HttpRequestException("x");
        var (_, failure) = await ReadAsync(new Client(_ => Throws(thrown)));

        Assert.Same(thrown, failure);

        static async IAsyncEnumerable<ChatResponseUpdate> Throws(Exception exception)
        {
            await Task.Yield();
            yield return exception is null ? new ChatResponseUpdate() : throw exception;
        }
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

    private static ModelFailureKind Kind(Exception? failure) => ModelFailures.Classify(failure!, null, CancellationToken.None).Kind;

    private static async IAsyncEnumerable<ChatResponseUpdate> Healthy()
    {
        await Task.Yield();
        yield return new ChatResponseUpdate(ChatRole.Assistant, "Hello ");
        yield return new ChatResponseUpdate(ChatRole.Assistant, "world") { FinishReason = ChatFinishReason.Stop };
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> Said(string text)
    {
        await Task.Yield();
        yield return new ChatResponseUpdate(ChatRole.Assistant, text);
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> Stalled(ChatResponseUpdate[] before, [EnumeratorCancellation] CancellationToken token)
    {
        foreach (var update in before)
        {
            yield return update;
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, token);
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> Deaf(Task release)
    {
        await release;
        yield return new ChatResponseUpdate(ChatRole.Assistant, "late");
    }

    private IAsyncEnumerable<ChatResponseUpdate> Guard(IChatClient client, CancellationToken token)
        => GuardedStream.ReadAsync(client, [new ChatMessage(ChatRole.User, "hi")], null, FirstToken, Idle, _time, token);

    private async Task<List<ChatResponseUpdate>> AllAsync(IChatClient client)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in Guard(client, TestContext.Current.CancellationToken))
        {
            updates.Add(update);
        }

        return updates;
    }

    private Task<(string Text, Exception? Failure)> ReadAsync(IChatClient client) => ReadAsync(client, _ => { }, TestContext.Current.CancellationToken);

    private async Task<(string Text, Exception? Failure)> ReadAsync(IChatClient client, Action<ChatResponseUpdate> seen, CancellationToken token)
    {
        var text = "";
        try
        {
            await foreach (var update in Guard(client, token))
            {
                text += update.Text;
                seen(update);
            }
        }
        catch (Exception failure)
        {
            return (text, failure);
        }

        return (text, null);
    }

    private sealed class Client(Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> answer) : IChatClient
    {
        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken Token { get; private set; }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Token = cancellationToken;
            Started.TrySetResult();
            try
            {
                await foreach (var update in answer(cancellationToken).WithCancellation(cancellationToken))
                {
                    yield return update;
                }
            }
            finally
            {
                Disposed.TrySetResult();
            }
        }

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
            => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
