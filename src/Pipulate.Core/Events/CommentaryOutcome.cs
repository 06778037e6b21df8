namespace Pipulate;

/// <summary>
/// Says how a request ended, and on which endings an endpoint is commented on.
/// </summary>
[Flags]
public enum CommentaryOutcome
{
    /// <summary>A status of 2xx or 3xx, and nothing that says otherwise.</summary>
    Success = 1,

    /// <summary>
    /// A status of 4xx or 5xx, an exception that left the endpoint, a form shown again with errors, or a refusal that redirects.
    /// </summary>
    Failure = 2,

    /// <summary>Either.</summary>
    Any = Success | Failure,
}
