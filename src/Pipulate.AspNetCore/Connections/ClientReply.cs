namespace Pipulate.Connections;

/// <summary>Represents the reply to a page about a message of its own.</summary>
/// <param name="Fragment">A frame for its form, or null when there is nothing to report.</param>
/// <param name="Taken">Whether the message was taken.</param>
/// <param name="TooFast">How long to wait, when the message was not taken because there were too many.</param>
internal readonly record struct ClientReply(byte[]? Fragment, bool Taken = false, TimeSpan? TooFast = null)
{
    public static ClientReply Nothing => default;
}
