namespace Pipulate.Telemetry;

/// <summary>Why an event was left without a comment: the value of the metric's tag <c>reason</c>, in lower case.</summary>
internal enum SuppressionReason
{
    /// <summary>It lost the draw (<see cref="PipulateSchedule.Chance"/>).</summary>
    Chance,

    /// <summary>The user has paused the recording; the event is not even kept.</summary>
    Paused,

    /// <summary>No page shows the conversation.</summary>
    Unwatched,

    /// <summary>The model has just spoken (<see cref="PipulateSchedule.Cooldown"/>).</summary>
    Cooldown,

    /// <summary>The minute's answers are spent.</summary>
    Budget,
}
