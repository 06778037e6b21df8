namespace Pipulate.Panel;

/// <summary>Holds the names of the transports, as views use them.</summary>
internal static class Transports
{
    public const string Socket = "ws";
    public const string Stream = "sse";

    /// <summary>Decides whether a view asks for the stream instead of the socket.</summary>
    /// <param name="transport">The name in the view; null means the socket.</param>
    /// <param name="where">The attribute, for the error.</param>
    public static bool IsStream(string? transport, string where) => transport switch
    {
        null or "" or Socket => false,
        Stream => true,
        _ => throw new InvalidOperationException(
            $"{where} is \"{transport}\". Write \"{Socket}\" for the WebSocket, or \"{Stream}\" for server-sent events."),
    };
}
