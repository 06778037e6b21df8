namespace Pipulate.Telemetry;

/// <summary>Specifies why an event got no comment: the value of the metric's tag <c>reason</c>, in lower case.</summary>
internal enum SuppressionReason
{
    /// <summary>The event lost the draw (<see cref="PipulateSchedule.Chance"/>).</summary>
    Chance,

    /// <summary>The user has paused the recording, so the event is not kept either.</summary>
    Paused,

    /// <summary>No page shows the conversation.</summary>
    Unwatched,

    /// <summary>The model has only just replied (<see cref="PipulateSchedule.Cooldown"/>).</summary>
    Cooldown,

    /// <summary>The replies of this minute are used up.</summary>
    Budget,
}
