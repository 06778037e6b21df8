namespace Pipulate.Telemetry;

/// <summary>Specifies why an event got no comment: the value of the metric's tag <c>reason</c>, in lower case.</summary>
internal enum SuppressionReason
{
    /// <summary>Means that the event lost the draw (<see cref="PipulateSchedule.Chance"/>).</summary>
    Chance,

    /// <summary>Means that the user has paused the recording, so the event is not kept either.</summary>
    Paused,

    /// <summary>Means that no page shows the conversation.</summary>
    Unwatched,

    /// <summary>Means that the model has only just replied (<see cref="PipulateSchedule.Cooldown"/>).</summary>
    Cooldown,

    /// <summary>Means that the replies of this minute are used up.</summary>
    Budget,
}
