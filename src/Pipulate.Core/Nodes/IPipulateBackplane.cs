namespace Pipulate;

/// <summary>
/// Carries messages between the processes ("nodes") of an application, so that a page on one sees what is said on another. It is used if it
/// is registered as a service; without one each process is alone.
/// </summary>
/// <remarks>
/// <para>
/// It guarantees little: a message comes once or not at all, those of one node in their order, and it reports when some may have been lost.
/// Lost messages are detected, and the missing text is read from the conversation store, which all nodes must share. Messages are trusted:
/// a client that can publish can write into every conversation.
/// </para>
/// <para>Implementations are thread-safe.</para>
/// </remarks>
public interface IPipulateBackplane
{
    /// <summary>
    /// Gets how long a message may be.
    /// </summary>
    /// <value>In bytes: 1 024 at least.</value>
    int LargestMessage { get; }

    /// <summary>
    /// Subscribes to the messages of the other nodes, until the subscription is disposed. Reconnects by itself. Returns at once and never
    /// fails.
    /// </summary>
    /// <param name="received">
    /// Called with each message of another node, one after the other; a node does not receive its own. The memory is valid during the call.
    /// The callback returns quickly; an exception is logged and does not end the subscription.
    /// </param>
    /// <param name="reconnected">
    /// Called whenever messages begin to come, the first time and each time after the connection was lost: what was published before that
    /// may be lost.
    /// </param>
    /// <returns>Ends the subscription when it is disposed.</returns>
    IDisposable Subscribe(Action<ReadOnlyMemory<byte>> received, Action reconnected);

    /// <summary>
    /// Sends a message to all other nodes that listen.
    /// </summary>
    /// <param name="message">1 to <see cref="LargestMessage"/> bytes.</param>
    /// <param name="cancellationToken">Cancels the sending. It is then unknown whether the message was sent.</param>
    /// <returns>A task that ends when the message is on its way, and fails if it cannot be sent.</returns>
    /// <exception cref="ArgumentException">The message is empty or too long.</exception>
    Task PublishAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default);
}
