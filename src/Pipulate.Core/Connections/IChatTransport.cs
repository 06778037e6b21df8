using Pipulate.Rendering;

namespace Pipulate.Connections;

/// <summary>The way to one page. One caller at a time sends; closing may come from anywhere.</summary>
internal interface IChatTransport
{
    /// <summary>
    /// How often a page is sent a sign of life, which is an empty message; null where the transport has signs of its own.
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
