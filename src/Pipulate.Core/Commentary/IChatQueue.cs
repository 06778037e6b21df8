namespace Pipulate;

/// <summary>
/// Takes events from any service or background job. Thread-safe.
/// </summary>
public interface IChatQueue
{
    /// <summary>
    /// Puts an event into its conversation, behind everything that came before. Returns at once: the model speaks later, in the background.
    /// </summary>
    /// <param name="chatEvent">The event.</param>
    /// <param name="cancellationToken">Not needed today: nothing is waited for.</param>
    /// <returns>A task that ends when the event is in the conversation.</returns>
    /// <exception cref="ArgumentException">The event names no conversation or has no text.</exception>
    ValueTask EnqueueAsync(ChatEvent chatEvent, CancellationToken cancellationToken = default);
}
