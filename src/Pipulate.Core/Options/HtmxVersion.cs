namespace Pipulate;

/// <summary>
/// Identifies the htmx major version that a page loads. The frames are the same for both; the attributes that open the socket are not.
/// </summary>
public enum HtmxVersion
{
    /// <summary>Selects htmx 2 with its <c>ws</c> extension.</summary>
    V2 = 2,

    /// <summary>Selects htmx 4 with <c>hx-ws</c>.</summary>
    V4 = 4,
}
