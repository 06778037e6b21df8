using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Pipulate.Models;

namespace Pipulate.Tests.Generation;

/// <summary>What a scripted model's server says when it is asked how it is.</summary>
internal sealed class ScriptedProbe : IModelProbe
{
    private int _times;

    /// <summary>What is reported; null when the model cannot be asked.</summary>
    public Func<ModelStatus>? Report { get; set; }

    /// <summary>Whether the model is in memory; null when it cannot say.</summary>
    public bool? Loaded { get; set; }

    /// <summary>The context of each model; null when it cannot say.</summary>
    public Func<string?, int?> Context { get; set; } = _ => null;

    /// <summary>Of which models the context was asked for, in order.</summary>
    public ConcurrentQueue<string?> ContextsAsked { get; } = [];

    public int? ConfiguredContext { get; set; }

    /// <summary>How often it was asked.</summary>
    public int Times => _times;

    /// <summary>The model, to be asked here.</summary>
    public IChatClient Of(IChatClient model) => new Asked(model, this);

    public Task<ModelStatus> ProbeAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _times);
        return Task.FromResult(Report!());
    }

    public Task<bool?> IsLoadedAsync(CancellationToken cancellationToken) => Task.FromResult(Loaded);

    public Task<int?> ReadContextAsync(string? model, CancellationToken cancellationToken)
    {
        ContextsAsked.Enqueue(model);
        return Task.FromResult(Context(model));
    }

    private sealed class Asked(IChatClient model, ScriptedProbe probe) : DelegatingChatClient(model)
    {
        public override object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(IModelProbe) && probe.Report is not null ? probe : base.GetService(serviceType, serviceKey);
    }
}
