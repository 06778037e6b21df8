using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.AI;

namespace Pipulate.Models;

/// <summary>
/// Reads any client's stream so that its faults become exceptions: silence, a token it does not heed, an error among its contents, an end
/// without a finish reason.
/// Each was seen in a real client (reference: OllamaSharp ends normally after an error line and after a cancellation). What is said comes
/// in the form of <see cref="AnswerUpdates"/>.
/// </summary>
internal static class StreamGuard
{
    private static readonly ChatRole UnknownRole = new("unknown");

    /// <summary>
    /// Gives the updates of one answer. Throws <see cref="TimeoutException"/>, <see cref="IncompleteAnswerException"/>,
    /// <see cref="ReportedErrorException"/> or what the client throws,
    /// but not what it throws after the model has finished: the answer is whole.
    /// </summary>
    public static async IAsyncEnumerable<ChatResponseUpdate> ReadAsync(
        IChatClient client,
        IEnumerable<ChatMessage> messages,
        ChatOptions? options,
        TimeSpan firstToken,
        TimeSpan idle,
        TimeProvider timeProvider,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var server = ModelServer.Of(client);
        var answer = new AnswerUpdates();
        var source =
            new UpdateSource(client, messages, options, new StreamTimeout(firstToken, idle, timeProvider), server, cancellationToken);
        Exception? exception = null;
        try
        {
            while (exception is null)
            {
                (var update, exception) = await source.ReadAsync();
                cancellationToken.ThrowIfCancellationRequested();
                if (update is null)
                {
                    break;
                }

                if (update.Role != UnknownRole && answer.Read(update) is { } read)
                {
                    yield return read;
                }
            }
        }
        finally
        {
            await source.LeaveAsync();
        }

        if (answer.End() is { } rest)
        {
            yield return rest;
        }

        Judge(answer, exception, server);
    }

    private static void Judge(AnswerUpdates answer, Exception? failure, ModelServer server)
    {
        if (answer.Error is { } error)
        {
            throw new ReportedErrorException(error, failure).WithFailure(ModelFailureFactory.Reported(error, server));
        }

        if (answer.Finish == FinishReasons.Error)
        {
            throw new ReportedErrorException(new ErrorContent("The finish reason is an error."), failure).WithFailure(
                ModelFailureFactory.Failed(server));
        }

        if (answer.IsFinished)
        {
            return;
        }

        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        throw answer.WaitsForTool
            ? new IncompleteAnswerException("The stream ended after a tool was called, without the answer.").WithFailure(
                ModelFailureFactory.Incomplete(server))
            : new IncompleteAnswerException("The stream ended without a finish reason.").WithFailure(
                ModelFailureFactory.Incomplete(server));
    }
}
