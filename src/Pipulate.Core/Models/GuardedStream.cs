using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Pipulate.Models;

/// <summary>
/// Reads any client's stream so that its faults become exceptions: silence, a token it does not heed, an end without a finish reason.
/// Each was seen in a real client (reference: OllamaSharp ends normally after an error line and after a cancellation).
/// </summary>
internal static class GuardedStream
{
    private static readonly ChatRole UnknownRole = new("unknown");

    /// <summary>Gives the updates of one answer. Throws <see cref="TimeoutException"/>, <see cref="IncompleteAnswerException"/> or what the client throws.</summary>
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
        var endpoint = client.GetService<ChatClientMetadata>()?.ProviderUri;
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        IAsyncEnumerator<ChatResponseUpdate>? updates = null;
        Task<bool>? pending = null;
        var ended = false;
        var finished = false;
        var spoke = false;
        try
        {
            updates = client.GetStreamingResponseAsync(messages, options, stop.Token).GetAsyncEnumerator(stop.Token);
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var next = updates.MoveNextAsync();
                bool more;
                if (next.IsCompletedSuccessfully)
                {
                    more = next.Result;
                }
                else
                {
                    pending = next.AsTask();
                    more = await WaitAsync(pending, spoke ? idle : firstToken, spoke, timeProvider, endpoint, cancellationToken);
                    pending = null;
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (!more)
                {
                    ended = true;
                    break;
                }

                var update = updates.Current;
                finished |= update.FinishReason is not null;
                if (update.Role == UnknownRole)
                {
                    continue;
                }

                // An update without contents opens the stream with some clients, long before the model has loaded.
                spoke |= update.Contents.Any(content => content is not TextContent { Text: null or "" });
                yield return update;
            }
        }
        finally
        {
            if (!ended)
            {
                await stop.CancelAsync();
            }

            await LeaveAsync(updates, pending, stop);
        }

        if (!finished)
        {
            throw new IncompleteAnswerException("The stream ended without a finish reason.").WithTrouble(ModelFailures.Incomplete(endpoint));
        }
    }

    private static async Task<bool> WaitAsync(
        Task<bool> pending, TimeSpan patience, bool spoke, TimeProvider timeProvider, Uri? endpoint, CancellationToken cancellationToken)
    {
        try
        {
            return await pending.WaitAsync(patience, timeProvider, cancellationToken);
        }
        catch (TimeoutException) when (!pending.IsCompleted)
        {
            var trouble = ModelFailures.TimedOut(endpoint, patience, first: !spoke);
            throw new TimeoutException(trouble.Sentence).WithTrouble(trouble);
        }
        catch (Exception problem) when (cancellationToken.IsCancellationRequested && problem is not OperationCanceledException)
        {
            throw new OperationCanceledException("The answer was stopped.", problem, cancellationToken);
        }
    }

    // An iterator must not be disposed while it is moving (it throws NotSupportedException), and a client that ignores its token may move for
    // ever: nobody waits for that, what it throws at last is observed here and of no interest any more.
    private static async Task LeaveAsync(IAsyncEnumerator<ChatResponseUpdate>? updates, Task<bool>? pending, CancellationTokenSource stop)
    {
        var leaving = DisposeAsync();
        if (pending is null or { IsCompleted: true })
        {
            await leaving.WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task DisposeAsync()
        {
            if (pending is not null)
            {
                await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            try
            {
                if (updates is not null)
                {
                    await updates.DisposeAsync();
                }
            }
#pragma warning disable CA1031 // The answer has been given or given up; how the client tidies up changes nothing for the reader.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
            finally
            {
                stop.Dispose();
            }
        }
    }
}
