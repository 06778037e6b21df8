using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;
using Pipulate.Conversations.History;
using Pipulate.Models;

namespace Pipulate.Generation;

/// <summary>
/// Generates replies: asks the model, asks again with less where it refuses the request as too long, and has the demo client answer where
/// no model is available. A failure is reported in the conversation and never thrown.
/// </summary>
internal sealed partial class ReplyGenerator(
    IChatClient client,
    ModelHealth health,
    RequestBuilder requests,
    ReplyWriter writer,
    IOptions<PipulateOptions> options,
    TimeProvider time,
    ILogger<ReplyGenerator> logger)
{
    /// <summary>Gets how much of a conversation the next request has room for; null where there is no limit.</summary>
    public HistoryBudget? Budget => requests.Budget;

    /// <summary>Generates the reply of a turn, until it has ended in the conversation.</summary>
    public async Task RunAsync(Conversation conversation, Turn turn, CancellationToken stopping)
    {
        using var reply = new Reply(conversation, turn, options.Value.Limits, time, stopping);
        requests.ReportLeftOut(conversation, turn);
        try
        {
            // A model that was available is asked at once. Otherwise its server is probed first, which costs no generation.
            var failure = health.Failure is null ? null : await health.CheckAsync(reply.Token);
            if (failure is null)
            {
                await GenerateAsync(reply);
            }
            else if (reply.TryWithdraw())
            {
                await SubstituteAsync(reply, failure);
            }
        }
        catch (OperationCanceledException) when (reply.Token.IsCancellationRequested)
        {
            reply.EndCancelled();
        }
        catch (Exception exception)
        {
            await FailAsync(reply, exception);
        }
    }

    private async Task GenerateAsync(Reply reply)
    {
        if (await health.MustLoadAsync(reply.Token))
        {
            reply.Conversation.ShowLoading(reply.Entry);
        }

        var answer = await AskAsync(reply);
        reply.Complete(answer);
        if (answer.Cut is null)
        {
            LogCompleted(reply.Conversation.Id, reply.Entry.Ordinal);
        }
        else
        {
            LogCutShort(reply.Conversation.Id, reply.Entry.Ordinal, answer.Finish!.Value.Value);
        }

        await requests.CalibrateAsync(answer, reply.Token);
    }

    /// <summary>Asks the model. Where it refuses the request as too long, a shorter one is sent, once.</summary>
    private async Task<ReplyMetadata> AskAsync(Reply reply)
    {
        var request = await requests.BuildAsync(reply.Conversation, reply.Turn, reply.Token);
        try
        {
            return await writer.AskModelAsync(reply, request);
        }
        catch (Exception exception) when (IsTooLong(exception) && reply.HasNoText)
        {
            if (requests.Shorten(reply.Conversation, reply.Turn, request) is not { } shorter)
            {
                throw;
            }

            return await writer.AskModelAsync(reply, shorter);
        }
    }

    private async Task FailAsync(Reply reply, Exception exception)
    {
        var failure = ModelFailureFactory.Classify(exception, ModelServer.Of(client), CancellationToken.None);
        LogFailed(reply.Conversation.Id, reply.Entry.Ordinal, failure.Kind, exception);
        if (!ModelHealth.PreventsReplies(failure) || !reply.TryWithdraw())
        {
            reply.Fail(failure.Sentence);
            return;
        }

        health.Report(failure);
        try
        {
            await SubstituteAsync(reply, failure);
        }
        catch (OperationCanceledException) when (reply.Token.IsCancellationRequested)
        {
            reply.EndCancelled();
        }
    }

    /// <summary>Reports in the conversation, once, why no model is available, and has the demo client answer if it may.</summary>
    private async Task SubstituteAsync(Reply reply, ModelFailure failure)
    {
        var demo = options.Value.UseDemoVoiceWhenUnavailable;
        var userWaits = reply.Turn.AnswersUser && !demo;
        reply.Conversation.AddNotice(failure.Sentence, evenIfKnown: userWaits, userWaits ? reply.Turn : null);
        if (!demo)
        {
            return;
        }

        reply.BeginSubstitute("demo");
        try
        {
            await writer.AskDemoAsync(reply, requests.Full(reply.Conversation, reply.Turn));
            reply.CompleteSubstitute();
        }
        catch (Exception exception) when (!reply.Token.IsCancellationRequested)
        {
            // There is no substitute for the substitute, but its entry must not stay open.
            var broken = ModelFailureFactory.Classify(exception, default, CancellationToken.None);
            LogFailed(reply.Conversation.Id, reply.Entry.Ordinal, broken.Kind, exception);
            reply.Fail(broken.Sentence);
        }
    }

    private static bool IsTooLong(Exception exception) =>
        ModelFailureFactory.Classify(exception, default, CancellationToken.None).Kind is ModelFailureKind.TooLong;

    [LoggerMessage(1, LogLevel.Debug, "Reply {Ordinal} of conversation {Conversation} is complete.")]
    private partial void LogCompleted(ConversationId conversation, int ordinal);

    [LoggerMessage(2, LogLevel.Error, "Reply {Ordinal} of conversation {Conversation} failed ({Kind}).")]
    private partial void LogFailed(ConversationId conversation, int ordinal, ModelFailureKind kind, Exception exception);

    [LoggerMessage(
        3,
        LogLevel.Information,
        "The model or its server cut reply {Ordinal} of conversation {Conversation} short ({Reason}). The chat panel says so.")]
    private partial void LogCutShort(ConversationId conversation, int ordinal, string reason);
}
