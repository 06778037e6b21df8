namespace Pipulate.Channels;

/// <summary>The way to one page. One caller at a time sends; closing may come from anywhere.</summary>
internal interface IChatTransport
{
    /// <summary>Sends one whole message.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken);

    /// <summary>Says goodbye with a close code, while no send is under way.</summary>
    Task CloseAsync(CloseReason reason);
}
