namespace Pipulate.Connections;

/// <summary>Represents the reply to a page about a message of its own.</summary>
/// <param name="Fragment">A frame for its form, or null when there is nothing to show.</param>
/// <param name="Taken">Whether the message was accepted.</param>
/// <param name="TooFast">How long to wait, when the message was refused by the rate limit.</param>
internal readonly record struct ClientReply(byte[]? Fragment, bool Taken = false, TimeSpan? TooFast = null)
{
    public static ClientReply Nothing => default;
}
