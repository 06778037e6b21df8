namespace Pipulate;

/// <summary>
/// Takes events from any service or background job. Thread-safe.
/// </summary>
public interface IChatQueue
{
    /// <summary>
    /// Puts an event into its conversation, behind everything that came before. Returns at once: the model replies later.
    /// </summary>
    /// <param name="chatEvent">The event.</param>
    /// <param name="cancellationToken">Gives up waiting for the store; the event is in the conversation all the same.</param>
    /// <returns>
    /// A task that ends when the event is in the conversation, and where several processes share it (<c>AddPostgreSql</c>), when it is
    /// stored or the store is found to be away.
    /// </returns>
    /// <exception cref="ArgumentException">The event names no conversation or has no text.</exception>
    ValueTask EnqueueAsync(ChatEvent chatEvent, CancellationToken cancellationToken = default);
}
