namespace Pipulate.Connections;

/// <summary>Represents the decision whether a page may connect, with the limit that it would exceed.</summary>
internal enum AdmissionResult
{
    Granted,
    VisitorFull,
    AddressFull,
    ServerFull,
    Draining,

    /// <summary>Refuses the page because a handler of the application did.</summary>
    NotWanted,

    /// <summary>Refuses the page because a handler of the application failed.</summary>
    HandlerFailed,
}
