using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Pipulate.Models;

/// <summary>
/// Moves through the stream of a client that may hang, throw anywhere and ignore its token. A client that cannot stream is asked for its
/// whole answer instead. Not thread-safe.
/// </summary>
internal sealed class UpdateSource(
    IChatClient client,
    IEnumerable<ChatMessage> messages,
    ChatOptions? options,
    StreamTimeout patience,
    ModelServer server,
    CancellationToken cancellationToken)
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private IAsyncEnumerator<ChatResponseUpdate>? _updates;
    private Task<bool>? _pending;
    private bool _began;
    private bool _ended;

    /// <summary>Reads the next update.</summary>
    /// <returns>The update, or null at the end; and what the client has thrown in its place.</returns>
    public async ValueTask<(ChatResponseUpdate? Update, Exception? Failure)> ReadAsync()
    {
        while (true)
        {
            try
            {
                _updates ??= client.GetStreamingResponseAsync(messages, options, _stop.Token).GetAsyncEnumerator(_stop.Token);
                if (!await MoveAsync(_updates))
                {
                    _ended = true;
                    return default;
                }

                if (_updates.Current is { } update)
                {
                    _began = true;
                    patience.Observe(update);
                    return (update, null);
                }
            }
            catch (Exception unable)
                when (unable is NotSupportedException or NotImplementedException && !_began && !cancellationToken.IsCancellationRequested)
            {
                _began = true;
                _pending = null;
                await DisposeAsync(_updates);
                _updates = WholeAsync(_stop.Token).GetAsyncEnumerator(_stop.Token);
            }
            catch (Exception exception) when (cancellationToken.IsCancellationRequested)
            {
                throw exception as OperationCanceledException
                    ?? new OperationCanceledException("The answer was stopped.", exception, cancellationToken);
            }
#pragma warning disable CA1031 // Whether it matters is decided by what came before it.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                return (null, exception);
            }
        }
    }

    /// <summary>
    /// Leaves the stream. An iterator must not be disposed while it is moving (it throws NotSupportedException), and a client that ignores
    /// its token may move without
    /// end: that is not waited for, and what it throws at last is observed here.
    /// </summary>
    public async Task LeaveAsync()
    {
        if (!_ended)
        {
            await _stop.CancelAsync();
        }

        var leaving = FinishAsync();
        if (_pending is null or { IsCompleted: true })
        {
            await leaving.WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FinishAsync()
    {
        if (_pending is not null)
        {
            await ((Task)_pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await DisposeAsync(_updates);
        _stop.Dispose();
    }

    private async ValueTask<bool> MoveAsync(IAsyncEnumerator<ChatResponseUpdate> updates)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var wait = patience.Next;
        if (wait <= TimeSpan.Zero && wait != Timeout.InfiniteTimeSpan)
        {
            throw Silence();
        }

        var next = updates.MoveNextAsync();
        if (next.IsCompletedSuccessfully)
        {
            return next.Result;
        }

        var pending = next.AsTask();
        _pending = pending;
        try
        {
            var more = await pending.WaitAsync(wait, patience.Time, cancellationToken);
            _pending = null;
            return more;
        }
        catch (TimeoutException) when (!pending.IsCompleted)
        {
            throw Silence();
        }
    }

    private TimeoutException Silence()
    {
        var trouble = ModelFailureFactory.TimedOut(server, patience.Limit, first: !patience.HasContent);
        return new TimeoutException(trouble.Sentence).WithFailure(trouble);
    }

    /// <summary>Completes a whole answer, which was not cut even where the client does not say why it ended.</summary>
    private async IAsyncEnumerable<ChatResponseUpdate> WholeAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var response = await client.GetResponseAsync(messages, options, stop);
        foreach (var update in response.ToChatResponseUpdates())
        {
            yield return update;
        }

        yield return new ChatResponseUpdate { FinishReason = response.FinishReason ?? ChatFinishReason.Stop };
    }

    private static async ValueTask DisposeAsync(IAsyncEnumerator<ChatResponseUpdate>? updates)
    {
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
    }
}
