using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Context;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Conversations.History;
using Pipulate.Telemetry;
using Pipulate.Threading;

namespace Pipulate.Generation;

/// <summary>
/// Builds the requests to the model: the system message, and as much of the conversation as the model has room for or as the application's
/// reducer leaves.
/// </summary>
internal sealed partial class RequestBuilder(
    ContextWindows contexts,
    TurnContext turnContext,
    PipulateMetrics metrics,
    IOptions<PipulateOptions> options,
    TimeProvider time,
    ILogger<RequestBuilder> logger)
{
    /// <summary>Gets how much of a conversation the next request has room for; null where there is no limit.</summary>
    public HistoryBudget? Budget => contexts.Budget;

    /// <summary>Reports what the request of a turn has no room for.</summary>
    public void ReportLeftOut(Conversation conversation, Turn turn)
    {
        if (turn.LeftOut > 0)
        {
            metrics.Truncated(TruncationReason.Full);
            LogTruncated(conversation.Id, contexts.Current.Window, turn.LeftOut);
        }
    }

    /// <summary>Builds the request of a turn.</summary>
    public async Task<IReadOnlyList<ChatMessage>> BuildAsync(Conversation conversation, Turn turn, CancellationToken cancellationToken)
    {
        var system = SystemMessage(conversation, turn);
        var parts = await CollectAsync(conversation, turn.Requester, cancellationToken);
        var request = Fit(conversation, turn, system, parts);
        if (contexts.HasReducer)
        {
            request = await ReduceAsync(conversation, request, cancellationToken);
        }

        // Behind the reducer: the context is of this moment, and a summary would keep it.
        return ContextMessage.AddTo(request, parts);
    }

    /// <summary>Builds what the model would be sent now, for a visitor who wants to see it. Nothing is recorded as left out.</summary>
    public async Task<IReadOnlyList<ChatMessage>> PreviewAsync(
        Conversation conversation, Requester? requester, CancellationToken cancellationToken)
    {
        var parts = await CollectAsync(conversation, requester, cancellationToken);
        var system = turnContext.SystemMessageFor(conversation.Id, requester);
        return ContextMessage.AddTo([system, .. conversation.Turns.ReadHistory(contexts.Budget)], parts);
    }

    /// <summary>Builds the request of a turn without the application's reducer and its context.</summary>
    public ChatMessage[] Full(Conversation conversation, Turn turn) => [SystemMessage(conversation, turn), .. turn.History];

    /// <summary>Builds a shorter request after the model's server has refused one as too long.</summary>
    /// <returns>The request; null where nothing more can be left out.</returns>
    public IReadOnlyList<ChatMessage>? Shorten(Conversation conversation, Turn turn, IReadOnlyList<ChatMessage> refused)
    {
        if (conversation.Turns.Shorten(turn, contexts.Shrink(refused)) is not { } shorter)
        {
            return null;
        }

        metrics.Truncated(TruncationReason.Refused);
        LogRefused(conversation.Id, shorter.LeftOut);
        return Full(conversation, shorter);
    }

    /// <summary>Adjusts the estimate of the model's context to what its server reports to have read.</summary>
    public async Task CalibrateAsync(ReplyMetadata answer, CancellationToken cancellationToken)
    {
        if (await contexts.CalibrateAsync(answer.Model, answer.Request, answer.Usage.First, cancellationToken))
        {
            metrics.Truncated(TruncationReason.ByServer);
            if (contexts.Current.TryReportTruncation())
            {
                LogTruncatedByServer(answer.Model, answer.Usage.First?.InputTokenCount, contexts.Current.Estimate.Of(answer.Request));
            }
        }
    }

    /// <summary>
    /// Collects the application's context. While the visitor has paused the recording there is none: it would show the model what they do
    /// meanwhile.
    /// </summary>
    private async Task<IReadOnlyList<ContextPart>> CollectAsync(
        Conversation conversation, Requester? requester, CancellationToken cancellationToken) =>
        conversation.Details.IsPaused ? [] : await turnContext.CollectAsync(conversation.Id, requester, cancellationToken);

    private ChatMessage SystemMessage(Conversation conversation, Turn turn) =>
        turnContext.SystemMessageFor(conversation.Id, turn.Requester);

    /// <summary>Leaves out the oldest entries where the context takes the room that they would need.</summary>
    private IReadOnlyList<ChatMessage> Fit(Conversation conversation, Turn turn, ChatMessage system, IReadOnlyList<ContextPart> parts)
    {
        IReadOnlyList<ChatMessage> request = [system, .. turn.History];
        if (parts.Count == 0 || contexts.Budget is not { } budget)
        {
            return request;
        }

        var context = budget.Estimate.Of([ContextMessage.Create(parts)]);
        if (budget.Estimate.Of(turn.History) + context <= budget.Most)
        {
            return request;
        }

        var smaller = budget with { Most = Math.Max(1, budget.Most - context), Kept = Math.Max(1, budget.Kept - context) };
        return conversation.Turns.Shorten(turn, smaller) is { } shorter ? [system, .. shorter.History] : request;
    }

    /// <summary>
    /// Applies the application's reducer. One that fails, or takes longer than a model may be silent, is skipped: it must not occupy one of
    /// the places for replies.
    /// </summary>
    private async Task<IReadOnlyList<ChatMessage>> ReduceAsync(
        Conversation conversation, IReadOnlyList<ChatMessage> request, CancellationToken cancellationToken)
    {
        var cache = contexts.MessagesOf(conversation);
        var continued = cache.Continue(request);
        var limit = options.Value.Limits.Idle;
        try
        {
            return await BoundedCall.RunAsync(
                token => contexts.ReduceAsync(continued, token), limit, time, _ => cache.Forget(), cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotReduced(conversation.Id, limit.TotalSeconds, exception);
            return contexts.Fit(continued);
        }
    }

    [LoggerMessage(
        1,
        LogLevel.Information,
        "Conversation {Conversation} exceeds the model's context of {Tokens} tokens. The request leaves out its oldest {Entries} entries.")]
    private partial void LogTruncated(ConversationId conversation, int tokens, int entries);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "The model's server refused conversation {Conversation} as too long. The request was repeated without its oldest {Entries} "
            + "entries.")]
    private partial void LogRefused(ConversationId conversation, int entries);

    [LoggerMessage(
        3,
        LogLevel.Warning,
        "The server of the model {Model} seems to truncate requests: it has read {Read} of about {Sent} tokens. Set "
            + "Pipulate:Limits:ContextTokens to what it has room for. This warning is logged once.")]
    private partial void LogTruncatedByServer(string? model, long? read, int sent);

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "The chat reducer failed in conversation {Conversation}, or took longer than the {Seconds} s of Pipulate:Limits:Idle. The "
            + "oldest messages are left out instead.")]
    private partial void LogNotReduced(ConversationId conversation, double seconds, Exception exception);
}
