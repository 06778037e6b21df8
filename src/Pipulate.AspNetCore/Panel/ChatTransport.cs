namespace Pipulate;

/// <summary>
/// Specifies how a panel is connected.
/// </summary>
public enum ChatTransport
{
    /// <summary>
    /// Connects by a WebSocket; <c>ws</c> in a view.
    /// </summary>
    WebSocket,

    /// <summary>
    /// Connects by server-sent events and POST, for networks that block WebSockets; <c>sse</c> in a view.
    /// </summary>
    ServerSentEvents,
}
