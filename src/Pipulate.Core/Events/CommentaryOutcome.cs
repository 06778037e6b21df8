namespace Pipulate;

/// <summary>
/// Says how a request ended, and on which endings an endpoint is commented on.
/// </summary>
[Flags]
public enum CommentaryOutcome
{
    /// <summary>Matches a status of 2xx or 3xx, unless something else says otherwise.</summary>
    Success = 1,

    /// <summary>
    /// Matches a status of 4xx or 5xx, an exception that left the endpoint, a form shown again with errors, or a refusal that redirects.
    /// </summary>
    Failure = 2,

    /// <summary>Matches both outcomes.</summary>
    Any = Success | Failure,
}
