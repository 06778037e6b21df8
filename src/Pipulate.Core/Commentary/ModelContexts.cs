using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;
using Pipulate.Models;

namespace Pipulate.Commentary;

/// <summary>
/// The contexts of the models that have spoken, and how much of a conversation the next one is told. Where the application has registered a reducer,
/// that decides instead, and is given all there is.
/// </summary>
internal sealed class ModelContexts(IChatClient client, IOptions<PipulateOptions> options, IChatReducer? reducer = null)
{
    private readonly IModelProbe? _probe = client.GetService<IModelProbe>();
    private readonly ConcurrentDictionary<string, ModelContext> _byModel = new(StringComparer.Ordinal);
    private ModelContext? _current;

    /// <summary>That of the model that spoke last: it will most likely speak next.</summary>
    public ModelContext Current => Volatile.Read(ref _current) ?? Of("");

    /// <summary>The room for a conversation; null when there is no limit to it here.</summary>
    public HistoryBudget? Budget => reducer is null ? Current.Budget(SystemMessage) : null;

    private ChatMessage SystemMessage => SystemPrompt.For(options.Value.Persona);

    /// <summary>The room for a conversation whose request has just been refused as too long.</summary>
    public HistoryBudget Refuse(IReadOnlyList<ChatMessage> request) => Current.Refuse(request, SystemMessage);

    /// <summary>The messages as the application's reducer leaves them, or as they are.</summary>
    public async Task<IReadOnlyList<ChatMessage>> ReduceAsync(IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken) =>
        reducer is null ? messages : [.. await reducer.ReduceAsync(messages, cancellationToken)];

    /// <summary>Learns from an answer, and asks the model's server for its window if it has not been asked yet.</summary>
    /// <returns>Whether the server seems not to have read all that the model was told.</returns>
    public async Task<bool> LearnAsync(string? model, IReadOnlyList<ChatMessage> request, UsageDetails? usage, CancellationToken cancellationToken)
    {
        var context = Of(model ?? "");
        Volatile.Write(ref _current, context);
        var cut = usage is not null && context.Learn(request, usage);
        if (_probe is not null && context.TryAsk())
        {
            context.NoteWindow(await _probe.ReadContextAsync(model, cancellationToken));
        }

        return cut;
    }

    private ModelContext Of(string model) => _byModel.GetOrAdd(model, _ => new ModelContext(options.Value.Limits, _probe?.ConfiguredContext));
}
