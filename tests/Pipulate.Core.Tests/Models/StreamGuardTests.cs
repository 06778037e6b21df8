using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Pipulate.Models;

namespace Pipulate.Tests.Models;

public class StreamGuardTests
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
        var (text, exception) = await ReadAsync(new Client(_ => Said("Hel")));

        Assert.Equal("Hel", text);
        Assert.Equal(ModelFailureKind.Incomplete, Kind(Assert.IsType<IncompleteAnswerException>(exception)));
    }

    [Fact]
    public async Task ReadAsync_UnknownRole_IsIgnoredAndTheEndIsAFailure()
    {
        var (text, exception) = await ReadAsync(new Client(_ => ErrorAsOllamaSharpShowsIt()));

        Assert.Equal("Hel", text);
        Assert.IsType<IncompleteAnswerException>(exception);

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
    public async Task ReadAsync_ClientThrows_ItsExceptionComesThrough()
    {
        var thrown = new HttpRequestException("x");
        var (_, exception) = await ReadAsync(new Client(_ => Throws(thrown)));

        Assert.Same(thrown, exception);

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

    [Fact]
    public async Task ReadAsync_ErrorContentThenStop_FailsWithItsTextAfterWhatWasSaid()
    {
        var (text, exception) = await ReadAsync(new Client(_ => Give(
            new ChatResponseUpdate(ChatRole.Assistant, "Hel"),
            new ChatResponseUpdate(
                ChatRole.Assistant, [new ErrorContent("The upstream is gone, key sk-abcdefgh12345.") { ErrorCode = "502" }]),
            new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop })));

        Assert.Equal("Hel", text);
        var sentence = Sentence(Assert.IsType<ReportedErrorException>(exception));
        Assert.Contains("The upstream is gone", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-abc", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_RefusalAfterTheFinish_IsTheReason()
    {
        var (_, exception) = await ReadAsync(new Client(_ => Give(
            new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop },
            new ChatResponseUpdate(ChatRole.Assistant, [new ErrorContent("I cannot help with that.") { ErrorCode = "Refusal" }]))));

        Assert.EndsWith("I cannot help with that.", Sentence(exception), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_ErrorContentThenException_TheFirstIsTheReason()
    {
        var (_, exception) = await ReadAsync(new Client(_ => Throwing(
            new IOException("x"), new ChatResponseUpdate(ChatRole.Assistant, [new ErrorContent("Out of memory.")]))));

        Assert.EndsWith("Out of memory.", Sentence(exception), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_FinishReasonIsAnError_Fails()
    {
        var (text, exception) = await ReadAsync(
            new Client(_ => Give(new ChatResponseUpdate(ChatRole.Assistant, "Hel") { FinishReason = new ChatFinishReason("error") })));

        Assert.Equal(("Hel", ModelFailureKind.ServerFailed), (text, Kind(exception)));
    }

    [Fact]
    public async Task ReadAsync_ExceptionAfterTheFinish_ChangesNothing()
    {
        var (text, exception) = await ReadAsync(new Client(_ => Throwing(
            new IOException("reset"), new ChatResponseUpdate(ChatRole.Assistant, "Hello") { FinishReason = ChatFinishReason.Stop })));

        Assert.Equal(("Hello", null), (text, exception));
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_CutAfterAToolCall_IsIncomplete(bool answered)
    {
        var finish = answered ? ChatFinishReason.Stop : ChatFinishReason.ToolCalls;
        List<ChatResponseUpdate> updates =
        [
            new ChatResponseUpdate(ChatRole.Assistant, "Let me look."),
            new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent("c", "look")]) { FinishReason = finish },
        ];
        if (answered)
        {
            updates.Add(new ChatResponseUpdate(ChatRole.Tool, [new FunctionResultContent("c", "x")]));
            updates.Add(new ChatResponseUpdate(ChatRole.Assistant, "It r"));
        }

        var (text, exception) = await ReadAsync(new Client(_ => Give([.. updates])));

        Assert.Equal(answered ? "Let me look.\n\nIt r" : "Let me look.", text);
        Assert.Equal(ModelFailureKind.Incomplete, Kind(exception));
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

    [Fact]
    public async Task ReadAsync_ClientThrowsBeforeItStreams_ItsExceptionComesThrough()
    {
        var thrown = new InvalidOperationException("x");
        var (_, exception) = await ReadAsync(new Eager(thrown));

        Assert.Same(thrown, exception);
    }

    [Fact]
    public async Task ReadAsync_ClientThatCannotStream_IsAskedForItsWholeAnswer()
    {
        Assert.Equal(
            ("Whole.", null),
            await ReadAsync(new Eager(new NotSupportedException(), new ChatResponse(new ChatMessage(ChatRole.Assistant, "Whole.")))));
        Assert.Equal(("Whole.", null), await ReadAsync(new Client(
            _ => Throwing(new NotImplementedException()))
        { Whole = new ChatResponse(new ChatMessage(ChatRole.Assistant, "Whole.")) }));
    }

    [Fact]
    public async Task ReadAsync_DisposeThrows_ChangesNothing()
    {
        var (text, exception) = await ReadAsync(new Client(_ => ThrowsWhenLeft()));

        Assert.Equal(("Hello", null), (text, exception));

        static async IAsyncEnumerable<ChatResponseUpdate> ThrowsWhenLeft()
        {
            await Task.Yield();
            try
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, "Hello") { FinishReason = ChatFinishReason.Stop };
            }
            finally
            {
                Leave();
            }
        }

        static void Leave() => throw new InvalidOperationException("left");
    }

    [Fact]
    public async Task ReadAsync_BreaksInsideATag_GivesWhatWasHeldBack()
    {
        var (text, exception) =
            await ReadAsync(new Client(_ => Throwing(new IOException("x"), new ChatResponseUpdate(ChatRole.Assistant, "<thi"))));

        Assert.Equal("<thi", text);
        Assert.IsType<IOException>(exception);
    }

    [Fact]
    public async Task ReadAsync_NullUpdates_ArePassedOver()
        => Assert.Equal(("Hi", null), await ReadAsync(
            new Client(_ => Give(null!, new ChatResponseUpdate(ChatRole.Assistant, "Hi") { FinishReason = ChatFinishReason.Stop }))));

    [Fact]
    public void ModelServer_ClientThatCannotBeAsked_IsUnknown()
        => Assert.Equal(default, ModelServer.Of(new Eager(new ObjectDisposedException("x"))));

    private static string Sentence(Exception? failure) => ModelFailureFactory.Classify(failure!, default, CancellationToken.None).Sentence;

    private static async IAsyncEnumerable<ChatResponseUpdate> Give(params ChatResponseUpdate[] updates)
    {
        await Task.Yield();
        foreach (var update in updates)
        {
            yield return update;
        }
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> Throwing(Exception exception, params ChatResponseUpdate[] updates)
    {
        await Task.Yield();
        foreach (var update in updates)
        {
            yield return update;
        }

        throw exception;
    }

    private static ModelFailureKind Kind(Exception? failure) => ModelFailureFactory.Classify(failure!, null, CancellationToken.None).Kind;

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

    private static async IAsyncEnumerable<ChatResponseUpdate> Stalled(
        ChatResponseUpdate[] before, [EnumeratorCancellation] CancellationToken token)
    {
        foreach (var update in before)
        {
            yield return update;
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> Deaf(Task release)
    {
        await release;
        yield return new ChatResponseUpdate(ChatRole.Assistant, "late");
    }

    private IAsyncEnumerable<ChatResponseUpdate> Guard(IChatClient client, CancellationToken token)
        => StreamGuard.ReadAsync(client, [new ChatMessage(ChatRole.User, "hi")], null, FirstToken, Idle, _time, token);

    private async Task<List<ChatResponseUpdate>> AllAsync(IChatClient client)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in Guard(client, TestContext.Current.CancellationToken))
        {
            updates.Add(update);
        }

        return updates;
    }

    private Task<(string Text, Exception? Failure)> ReadAsync(IChatClient client) =>
        ReadAsync(client, _ => { }, TestContext.Current.CancellationToken);

    private async Task<(string Text, Exception? Failure)> ReadAsync(
        IChatClient client, Action<ChatResponseUpdate> seen, CancellationToken token)
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
        catch (Exception exception)
        {
            return (text, exception);
        }

        return (text, null);
    }

    private sealed class Client(Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> answer) : IChatClient
    {
        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken Token { get; private set; }

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
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

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
            => Whole is null ? throw new NotSupportedException() : Task.FromResult(Whole);

        public ChatResponse? Whole { get; init; }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    /// <summary>Fails before there is a stream, and whatever it is asked.</summary>
    private sealed class Eager(Exception exception, ChatResponse? whole = null) : IChatClient
    {
        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
                throw exception;

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
            => whole is null ? throw exception : Task.FromResult(whole);

        public object? GetService(Type serviceType, object? serviceKey = null) => throw exception;

        public void Dispose()
        {
        }
    }
}
