using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Pipulate.Models;

namespace Pipulate.Tests.Models;

/// <summary>Supplies clients whose answers are scripted, and reads them through the guard.</summary>
public abstract class GuardedStreamTests
{
    private protected static readonly TimeSpan FirstToken = TimeSpan.FromMinutes(10);
    private protected static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    private protected readonly ManualTime _time = new();

    private protected static string Sentence(Exception? failure) =>
        ModelFailureFactory.Classify(failure!, default, CancellationToken.None).Sentence;

    private protected static async IAsyncEnumerable<ChatResponseUpdate> Give(params ChatResponseUpdate[] updates)
    {
        await Task.Yield();
        foreach (var update in updates)
        {
            yield return update;
        }
    }

    private protected static async IAsyncEnumerable<ChatResponseUpdate> Throwing(Exception exception, params ChatResponseUpdate[] updates)
    {
        await Task.Yield();
        foreach (var update in updates)
        {
            yield return update;
        }

        throw exception;
    }

    private protected static ModelFailureKind Kind(Exception? failure) =>
        ModelFailureFactory.Classify(failure!, null, CancellationToken.None).Kind;

    private protected static async IAsyncEnumerable<ChatResponseUpdate> Healthy()
    {
        await Task.Yield();
        yield return new ChatResponseUpdate(ChatRole.Assistant, "Hello ");
        yield return new ChatResponseUpdate(ChatRole.Assistant, "world") { FinishReason = ChatFinishReason.Stop };
    }

    private protected static async IAsyncEnumerable<ChatResponseUpdate> Said(string text)
    {
        await Task.Yield();
        yield return new ChatResponseUpdate(ChatRole.Assistant, text);
    }

    private protected static async IAsyncEnumerable<ChatResponseUpdate> Stalled(
        ChatResponseUpdate[] before, [EnumeratorCancellation] CancellationToken token)
    {
        foreach (var update in before)
        {
            yield return update;
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
    }

    private protected static async IAsyncEnumerable<ChatResponseUpdate> Deaf(Task release)
    {
        await release;
        yield return new ChatResponseUpdate(ChatRole.Assistant, "late");
    }

    private protected IAsyncEnumerable<ChatResponseUpdate> Guard(IChatClient client, CancellationToken token)
        => StreamGuard.ReadAsync(client, [new ChatMessage(ChatRole.User, "hi")], null, FirstToken, Idle, _time, token);

    private protected async Task<List<ChatResponseUpdate>> AllAsync(IChatClient client)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in Guard(client, TestContext.Current.CancellationToken))
        {
            updates.Add(update);
        }

        return updates;
    }

    private protected Task<(string Text, Exception? Failure)> ReadAsync(IChatClient client) =>
        ReadAsync(client, _ => { }, TestContext.Current.CancellationToken);

    private protected async Task<(string Text, Exception? Failure)> ReadAsync(
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

    private protected sealed class Client(Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> answer) : IChatClient
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
    private protected sealed class Eager(Exception exception, ChatResponse? whole = null) : IChatClient
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
