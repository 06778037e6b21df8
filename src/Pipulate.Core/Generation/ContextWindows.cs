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
/// Keeps the contexts of the models that have replied, and decides how much of a conversation the next request holds. Where the application
/// has registered a reducer, the reducer decides and is given all entries.
/// </summary>
internal sealed class ContextWindows(
    IChatClient client, IOptions<PipulateOptions> options, IChatReducer? reducer = null, TimeProvider? time = null)
{
    private readonly IModelProbe? _probe = OllamaModelProbe.Of(client);
    private readonly ConcurrentDictionary<string, ContextWindow> _byModel = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<Conversation, ReducerMessageCache> _told = [];
    private ContextWindow? _current;

    /// <summary>Gets the context of the model that replied last, which will most likely reply next.</summary>
    public ContextWindow Current => Volatile.Read(ref _current) ?? Of("");

    /// <summary>Gets the room for a conversation; null where there is no limit here.</summary>
    public HistoryBudget? Budget => reducer is null ? Current.Budget(SystemMessage) : null;

    private ChatMessage SystemMessage => SystemPrompt.For(options.Value.Persona);

    /// <summary>Gets the room for a conversation whose request has just been refused as too long.</summary>
    public HistoryBudget Shrink(IReadOnlyList<ChatMessage> request) => Current.Shrink(request, SystemMessage);

    /// <summary>Gets a value indicating whether the application has a reducer of its own.</summary>
    public bool HasReducer => reducer is not null;

    /// <summary>Gets the messages that the reducer was given for a conversation. One reply at a time is generated in it.</summary>
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
    /// <returns>Whether the server seems not to have read the whole request.</returns>
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
