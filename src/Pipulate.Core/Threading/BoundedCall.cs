namespace Pipulate.Threading;

/// <summary>Calls the application's code where a reply waits for it, but must not depend on it.</summary>
internal static class BoundedCall
{
    /// <summary>
    /// Calls on another thread, because the code may block before it first awaits, and waits no longer than a limit. Then the call's token
    /// is canceled, and a failure that comes late is observed.
    /// </summary>
    /// <param name="call">The code.</param>
    /// <param name="limit">How long to wait.</param>
    /// <param name="time">The clock.</param>
    /// <param name="unsuccessful">Receives the call where it failed, or goes on after the limit.</param>
    /// <param name="cancellationToken">Ends the waiting, and cancels the call.</param>
    /// <exception cref="TimeoutException">The limit has passed.</exception>
    public static async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> call,
        TimeSpan limit,
        TimeProvider time,
        Action<Task> unsuccessful,
        CancellationToken cancellationToken)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var token = leaving.Token;
        var running = Task.Run(() => call(token), CancellationToken.None);
        try
        {
            return await running.WaitAsync(limit, time, cancellationToken);
        }
        finally
        {
            if (!running.IsCompletedSuccessfully)
            {
                unsuccessful(running);
            }

            await leaving.CancelAsync();
            _ = running.ContinueWith(
                static left => _ = left.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }
}
