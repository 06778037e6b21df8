namespace Pipulate.Panel;

/// <summary>The ways in which a page can be connected, as views name them.</summary>
internal static class Transports
{
    public const string Socket = "ws";
    public const string Stream = "sse";

    /// <summary>Whether a view wants the stream in place of the socket.</summary>
    /// <param name="transport">What it says; nothing is the socket.</param>
    /// <param name="where">The attribute, for the error.</param>
    public static bool IsStream(string? transport, string where) => transport switch
    {
        null or "" or Socket => false,
        Stream => true,
        _ => throw new InvalidOperationException(
            $"{where} is \"{transport}\". Write \"{Socket}\" for the WebSocket, or \"{Stream}\" for server-sent events."),
    };
}
