namespace Pipulate;

/// <summary>
/// Carries messages between the processes ("nodes") of an application, so that a page on one sees what is said on another. Registered as a
/// service, it is used; without one each process is alone.
/// </summary>
/// <remarks>
/// <para>
/// Little is asked of it: a message comes once or not at all, those of one node in their order, and it says when some may have been lost.
/// What is lost is found missing and read from the conversations' store, which all nodes must share. What comes is trusted: whoever can
/// publish can write into every conversation.
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
    /// Begins to listen to the other nodes, and goes on whatever happens to the connection, until it is disposed. Returns at once and never
    /// fails.
    /// </summary>
    /// <param name="received">
    /// Called with each message of another node, one after the other; a node does not hear itself. The memory is valid during the call. It
    /// returns soon, and what it throws is logged and ends nothing.
    /// </param>
    /// <param name="reconnected">
    /// Called whenever messages begin to come, the first time and each time after the connection was lost: what was published before that
    /// may be lost.
    /// </param>
    /// <returns>Ends the listening when it is disposed.</returns>
    IDisposable Subscribe(Action<ReadOnlyMemory<byte>> received, Action reconnected);

    /// <summary>
    /// Sends a message to all other nodes that listen.
    /// </summary>
    /// <param name="message">1 to <see cref="LargestMessage"/> bytes.</param>
    /// <param name="cancellationToken">Gives up. Whether it was sent is then unknown.</param>
    /// <returns>A task that ends when it is on its way, and fails where it cannot be sent.</returns>
    /// <exception cref="ArgumentException">The message is empty or too long.</exception>
    Task PublishAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default);
}
