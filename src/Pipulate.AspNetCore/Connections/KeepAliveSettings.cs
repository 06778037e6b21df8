namespace Pipulate.Connections;

/// <summary>
/// Holds how often a page is pinged, which also keeps proxies from closing idle connections, and how long it may take to respond.
/// </summary>
internal sealed record KeepAliveSettings(TimeSpan Interval, TimeSpan Timeout)
{
    public static KeepAliveSettings Default { get; } = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(15));
}
