namespace Pipulate.Panel;

/// <summary>Reads the transports as views name them.</summary>
internal static class Transports
{
    private const string Socket = "ws";
    private const string Stream = "sse";

    /// <summary>Gets the transport that a view names.</summary>
    /// <param name="transport">The name in the view; null or nothing for the WebSocket.</param>
    /// <param name="where">The attribute, as the error names it.</param>
    /// <exception cref="InvalidOperationException">The view names no transport.</exception>
    public static ChatTransport Parse(string? transport, string where) => transport switch
    {
        null or "" or Socket => ChatTransport.WebSocket,
        Stream => ChatTransport.ServerSentEvents,
        _ => throw new InvalidOperationException(
            $"{where} is \"{transport}\". Write \"{Socket}\" for the WebSocket, or \"{Stream}\" for server-sent events."),
    };

    /// <summary>Gets a value indicating whether a view names the event stream.</summary>
    /// <inheritdoc cref="Parse"/>
    public static bool IsStream(string? transport, string where) => Parse(transport, where) is ChatTransport.ServerSentEvents;
}
