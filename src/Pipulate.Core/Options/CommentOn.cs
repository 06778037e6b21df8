namespace Pipulate;

/// <summary>
/// Selects the requests that are reported to the model.
/// </summary>
public enum CommentOn
{
    /// <summary>Selects requests to endpoints that carry commentary.</summary>
    Marked,

    /// <summary>
    /// Selects every successful request of htmx as well: method, path and form fields, except those that <see
    /// cref="PipulateOptions.RedactFields"/> excludes. Chance and cooldown (<see cref="PipulateSchedule"/>) decide which of them are
    /// commented on; the others stay as notes.
    /// </summary>
    HtmxRequests,
}
