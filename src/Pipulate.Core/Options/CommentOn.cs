namespace Pipulate;

/// <summary>
/// Says which requests the model hears of.
/// </summary>
public enum CommentOn
{
    /// <summary>Those to endpoints that carry commentary.</summary>
    Marked,

    /// <summary>
    /// Beside them every request of htmx that succeeded: method, path and form fields, but for those that
    /// <see cref="PipulateOptions.RedactFields"/> keeps. Chance and cooldown (<see cref="PipulateSchedule"/>) decide which of them are
    /// commented on; the others stay as notes.
    /// </summary>
    HtmxRequests,
}
