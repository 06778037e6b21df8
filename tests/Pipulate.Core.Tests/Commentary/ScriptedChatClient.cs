using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.AI;
using Pipulate.Models;

namespace Pipulate.Tests.Commentary;

/// <summary>A model that says what the test has it say, when the test has it say it.</summary>
internal sealed class ScriptedChatClient : IChatClient, IModelProbe
{
    private readonly Channel<ScriptedCall> _calls = Channel.CreateUnbounded<ScriptedCall>();
    private int _running;
    private int _probes;

    /// <summary>What the probe reports; null when this client cannot be asked.</summary>
    public Func<ModelReport>? Probe { get; set; }

    /// <summary>Whether the model is in memory, where this client can be asked; null when it cannot say.</summary>
    public bool? Loaded { get; set; }

    /// <summary>The context of each model, where this client can be asked; null when it cannot say.</summary>
    public Func<string?, int?> Context { get; set; } = _ => null;

    /// <summary>Of which models the context was asked for, in order.</summary>
    public ConcurrentQueue<string?> ContextsAsked { get; } = [];

    public int? ConfiguredContext { get; set; }

    public int Probes => _probes;

    public int Running => Volatile.Read(ref _running);

    /// <summary>The next request that the model gets.</summary>
    public async Task<ScriptedCall> NextCallAsync() =>
        await _calls.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

    public bool TryNextCall(out ScriptedCall? call) => _calls.Reader.TryRead(out call);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _running);
        try
        {
            var call = new ScriptedCall([.. messages], options, cancellationToken);
            _calls.Writer.TryWrite(call);
            await foreach (var update in call.Updates.ReadAllAsync(cancellationToken))
            {
                yield return update;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceType == typeof(IModelProbe) && Probe is not null ? this : null;

    public Task<ModelReport> ProbeAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _probes);
        return Task.FromResult(Probe!());
    }

    public Task<bool?> IsLoadedAsync(CancellationToken cancellationToken) => Task.FromResult(Loaded);

    public Task<int?> ReadContextAsync(string? model, CancellationToken cancellationToken)
    {
        ContextsAsked.Enqueue(model);
        return Task.FromResult(Context(model));
    }

    public void Dispose()
    {
    }
}
