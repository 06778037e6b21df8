namespace Pipulate.Connections;

/// <summary>
/// Represents how often a page is pinged, which also keeps proxies from closing a silent connection, and how long it may take to respond.
/// </summary>
internal sealed record KeepAliveSettings(TimeSpan Interval, TimeSpan Timeout)
{
    public static KeepAliveSettings Default { get; } = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(15));
}
