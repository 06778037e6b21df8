using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;
using Pipulate.Conversations.History;
using Pipulate.Models;
using Pipulate.Models.Ollama;

namespace Pipulate.Generation;

/// <summary>
/// The contexts of the models that have spoken, and how much of a conversation the next one is told. Where the application has registered a
/// reducer, that decides instead, and is given all there is.
/// </summary>
internal sealed class ContextWindows(
    IChatClient client, IOptions<PipulateOptions> options, IChatReducer? reducer = null, TimeProvider? time = null)
{
    private readonly IModelProbe? _probe = OllamaModelProbe.Of(client);
    private readonly ConcurrentDictionary<string, ContextWindow> _byModel = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<Conversation, ReducerMessageCache> _told = [];
    private ContextWindow? _current;

    /// <summary>That of the model that spoke last: it will most likely speak next.</summary>
    public ContextWindow Current => Volatile.Read(ref _current) ?? Of("");

    /// <summary>The room for a conversation; null when there is no limit to it here.</summary>
    public HistoryBudget? Budget => reducer is null ? Current.Budget(SystemMessage) : null;

    private ChatMessage SystemMessage => SystemPrompt.For(options.Value.Persona);

    /// <summary>The room for a conversation whose request has just been refused as too long.</summary>
    public HistoryBudget Shrink(IReadOnlyList<ChatMessage> request) => Current.Shrink(request, SystemMessage);

    /// <summary>Whether the application has a reducer of its own.</summary>
    public bool HasReducer => reducer is not null;

    /// <summary>What the reducer is given of a conversation. One answer at a time is given in it.</summary>
    public ReducerMessageCache MessagesOf(Conversation conversation) => _told.GetOrCreateValue(conversation);

    /// <summary>Gets the messages as the application's reducer leaves them, or as they are.</summary>
    /// <exception cref="InvalidOperationException">The reducer has left nothing.</exception>
    public async Task<IReadOnlyList<ChatMessage>> ReduceAsync(IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken)
    {
        if (reducer is null)
        {
            return messages;
        }

        ChatMessage[] reduced = [.. (await reducer.ReduceAsync(messages, cancellationToken))?.Where(message => message is not null) ?? []];
        return reduced.Length > 0 ? reduced : throw new InvalidOperationException("The chat reducer returned no messages.");
    }

    /// <summary>
    /// Leaves out the oldest messages behind the system message until the model has room: in place of a reducer that does not answer.
    /// </summary>
    public IReadOnlyList<ChatMessage> Fit(IReadOnlyList<ChatMessage> messages)
    {
        var budget = Current.Budget(SystemMessage);
        var first = 1;
        var tokens = budget.Estimate.Of(messages.Skip(first));
        while (first < messages.Count - 1 && (tokens > budget.Most || messages[first].Role == ChatRole.Assistant))
        {
            tokens -= budget.Estimate.Of(messages[first]);
            first++;
        }

        return [messages[0], .. messages.Skip(first)];
    }

    /// <summary>Learns from an answer, and asks the model's server for its window if it has not been asked yet.</summary>
    /// <returns>Whether the server seems not to have read all that the model was told.</returns>
    public async Task<bool> CalibrateAsync(
        string? model, IReadOnlyList<ChatMessage> request, UsageDetails? usage, CancellationToken cancellationToken)
    {
        var context = Of(model ?? "");
        Volatile.Write(ref _current, context);
        var cut = usage is not null && context.Calibrate(request, usage);
        if (_probe is not null && context.TryProbe())
        {
            context.NoteWindow(await _probe.ReadContextAsync(model, cancellationToken));
        }

        return cut;
    }

    private ContextWindow Of(string model) =>
        _byModel.GetOrAdd(model, _ => new ContextWindow(options.Value.Limits, _probe?.ConfiguredContext, time ?? TimeProvider.System));
}
