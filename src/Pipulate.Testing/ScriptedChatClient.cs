using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.AI;

namespace Pipulate.Testing;

/// <summary>
/// Represents a model whose answers a test scripts. Register it as the application's <see cref="IChatClient"/>.
/// </summary>
/// <remarks>
/// Answers can be given beforehand, by code for each request, or step by step: a request that nothing answers waits until the test takes it
/// with <see cref="NextRequestAsync"/> and dictates the answer. Safe for concurrent use, as every chat client has to be.
/// </remarks>
public sealed class ScriptedChatClient : IChatClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly List<ScriptedRequest> _requests = [];
    private readonly Channel<ScriptedRequest> _unseen = Channel.CreateUnbounded<ScriptedRequest>();
    private readonly string[] _answers;
    private int _running;

    /// <summary>
    /// Initializes a model with answers.
    /// </summary>
    /// <param name="answers">
    /// What it says to each request in turn, token by token; the last one again and again. None: each request waits for the test.
    /// </param>
    public ScriptedChatClient(params string[] answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        _answers = answers;
    }

    /// <summary>
    /// Gets or sets the code that answers a request: it says something, waits, fails or ends the answer, with the request's own methods. It
    /// is cancelled when the request is given up. A request that it neither ends nor fails stays open, as one of a model that hangs. What
    /// it throws is what the model fails with.
    /// </summary>
    /// <value>The default gives the answers of the constructor, where there are any.</value>
    public Func<ScriptedRequest, CancellationToken, Task>? Answer { get; set; }

    /// <summary>
    /// Gets or sets how long each token of the constructor's answers takes, by <see cref="Time"/>.
    /// </summary>
    /// <value>The default is zero: they come at once.</value>
    public TimeSpan Pace { get; set; }

    /// <summary>
    /// Gets the clock.
    /// </summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Gets the name of the model, and of what its metadata call its provider.
    /// </summary>
    /// <value>The default is <c>scripted</c>.</value>
    public string Model { get; init; } = "scripted";

    /// <summary>
    /// Gets the requests so far, in the order in which they came.
    /// </summary>
    public IReadOnlyList<ScriptedRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>
    /// Gets how many requests are being answered.
    /// </summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>
    /// Waits for the next request that was not taken yet.
    /// </summary>
    /// <returns>The request.</returns>
    /// <exception cref="TimeoutException">None came within 20 seconds.</exception>
    public async Task<ScriptedRequest> NextRequestAsync()
    {
        try
        {
            return await _unseen.Reader.ReadAsync().AsTask().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(
                $"The model was not asked within {Patience.TotalSeconds} s. "
                    + $"It has had {Requests.Count} requests, and all of them were taken.");
        }
    }

    /// <summary>
    /// Takes the next request if there is one that was not taken yet.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryNextRequest([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ScriptedRequest? request) =>
        _unseen.Reader.TryRead(out request);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = Open(messages, options, cancellationToken);
        try
        {
            await foreach (var update in request.Updates.ReadAllAsync(cancellationToken))
            {
                yield return update;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata(Model, providerUri: null, Model)
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing to give back: a test may look at the requests when its application has stopped.
    }

    private ScriptedRequest Open(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);
        var request = new ScriptedRequest([.. messages], options, Model, Time, cancellationToken);
        int number;
        lock (_gate)
        {
            number = _requests.Count;
            _requests.Add(request);
        }

        _unseen.Writer.TryWrite(request);
        if (Answer is { } answer)
        {
            _ = RunAsync(request, answer, cancellationToken);
        }
        else if (_answers.Length > 0)
        {
            _ = RunAsync(request, (one, token) => SayAsync(one, _answers[Math.Min(number, _answers.Length - 1)], token), cancellationToken);
        }

        return request;
    }

    private async Task SayAsync(ScriptedRequest request, string answer, CancellationToken cancellationToken)
    {
        await request.SayAsync(answer, Pace, cancellationToken);
        request.Finish();
    }

    /// <summary>Runs without a caller that awaits it: what it throws is the model's failure.</summary>
    private static async Task RunAsync(
        ScriptedRequest request, Func<ScriptedRequest, CancellationToken, Task> answer, CancellationToken cancellationToken)
    {
        try
        {
            await answer(request, cancellationToken);
        }
#pragma warning disable CA1031 // Whatever the test's code throws is what the application is to see of the model.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            request.Fail(exception);
        }
    }
}
