namespace Pipulate;

/// <summary>
/// Knows which pages are connected to this server. All members are thread-safe.
/// </summary>
public interface IConnectionRegistry
{
    /// <summary>
    /// Gets how many pages are connected.
    /// </summary>
    int Count { get; }

    /// <summary>
    /// Lists the connected pages of an audience.
    /// </summary>
    /// <param name="audience">Whose pages.</param>
    /// <returns>A copy, in no order; empty when none is connected.</returns>
    IReadOnlyList<ChatConnectionInfo> GetConnections(ChatAudience audience);
}
