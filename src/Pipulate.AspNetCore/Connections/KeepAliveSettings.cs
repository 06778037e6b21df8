namespace Pipulate.Connections;

/// <summary>
/// How often a page is asked whether it is still there, which also keeps proxies from cutting what is silent, and how long it may take to
/// answer.
/// </summary>
internal sealed record KeepAliveSettings(TimeSpan Interval, TimeSpan Timeout)
{
    public static KeepAliveSettings Default { get; } = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(15));
}
