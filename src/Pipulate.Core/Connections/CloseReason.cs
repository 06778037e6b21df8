namespace Pipulate.Connections;

/// <summary>
/// Identifies why the server closes a connection, by WebSocket close code. The code decides which pages reconnect: both htmx versions
/// reconnect on 1012 and 1013, and neither on 1003, 1007, 1008 and 1009 (docs/htmx.md).
/// </summary>
internal enum CloseReason
{
    UnsupportedData = 1003,
    NotUnderstood = 1007,
    PolicyViolation = 1008,
    TooBig = 1009,
    Restarting = 1012,
    TryAgainLater = 1013,
}
