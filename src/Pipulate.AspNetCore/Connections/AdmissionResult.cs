namespace Pipulate.Connections;

/// <summary>Whether one more page may connect, and if not, what there is too much of.</summary>
internal enum AdmissionResult
{
    Granted,
    VisitorFull,
    AddressFull,
    ServerFull,
    Draining,

    /// <summary>A handler of the application's does not want it.</summary>
    NotWanted,

    /// <summary>A handler of the application's was to say and failed.</summary>
    HandlerFailed,
}
