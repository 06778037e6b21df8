using Pipulate.Rendering;

namespace Pipulate.Connections;

/// <summary>Sends to one page. One caller at a time sends; any thread may close.</summary>
internal interface IChatTransport
{
    /// <summary>
    /// Gets the interval of the empty message that keeps the connection open; null where the transport has a keep-alive of its own.
    /// </summary>
    TimeSpan? Heartbeat => null;

    /// <summary>Sends one whole message.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken);

    /// <summary>
    /// Sends one whole message, behind which the page is at <paramref name="place"/>. A transport whose pages tell it when they come back
    /// sends it along.
    /// </summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> message, ResumeToken place, CancellationToken cancellationToken) =>
        SendAsync(message, cancellationToken);

    /// <summary>Says goodbye with a close code, while no send is under way.</summary>
    Task CloseAsync(CloseReason reason, CancellationToken cancellationToken);
}
