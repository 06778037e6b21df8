namespace Pipulate.Models;

/// <summary>Identifies why a model did not answer, whichever client was asked.</summary>
internal enum ModelFailureKind
{
    Unreachable,
    ModelMissing,
    NoModel,
    Busy,
    BadRequest,
    TooLong,
    ServerFailed,
    TimedOut,
    Incomplete,
    Cancelled,
}
