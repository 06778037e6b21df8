namespace Pipulate.Connections;

/// <summary>Specifies whether a page may connect, or which limit refuses it.</summary>
internal enum AdmissionResult
{
    Granted,
    VisitorFull,
    AddressFull,
    ServerFull,
    Draining,

    /// <summary>Represents the refusal by a handler of the application.</summary>
    NotWanted,

    /// <summary>Represents the failure of a handler that was to decide.</summary>
    HandlerFailed,
}
