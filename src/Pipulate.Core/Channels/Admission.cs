namespace Pipulate.Channels;

internal enum Admission
{
    Granted,
    VisitorFull,
    ServerFull,

    /// <summary>A handler of the application's does not want it.</summary>
    NotWanted,

    /// <summary>A handler of the application's was to say and failed.</summary>
    HandlerFailed,
}
