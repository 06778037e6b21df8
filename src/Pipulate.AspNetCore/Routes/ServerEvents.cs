namespace Pipulate.Routes;

/// <summary>Lists the server-sent events to which the panel's markup refers.</summary>
internal static class ServerEvents
{
    /// <summary>
    /// Ends the stream permanently. Both htmx versions stop reconnecting on an event and on no status: after a 204 htmx 4 reconnects twice
    /// a second.
    /// </summary>
    public const string Closed = "chat-closed";
}
