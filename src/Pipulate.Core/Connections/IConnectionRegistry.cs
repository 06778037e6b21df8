namespace Pipulate;

/// <summary>
/// Knows which pages are connected, and who they belong to. All members are thread-safe; what is asked of an audience costs as much as the
/// audience is large, however many others are connected.
/// </summary>
/// <remarks>
/// Where the application runs in several processes that are connected (<see cref="IPipulateBackplane"/>), these are the pages of all of
/// them: what changes on another is known here a moment later, and the pages of one that was killed are removed within 30 seconds.
/// </remarks>
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

    /// <summary>
    /// Counts the connected pages of an audience.
    /// </summary>
    /// <param name="audience">Whose pages.</param>
    /// <returns>How many there are.</returns>
    int GetCount(ChatAudience audience);

    /// <summary>
    /// Lists the visitors of an audience that are present, and since when. A visitor with several pages is one; a visitor that only reloads
    /// or goes to another page of the application (within 10 seconds) counts as present throughout.
    /// </summary>
    /// <param name="audience">Whose pages.</param>
    /// <returns>A copy, longest first; empty when no visitor is present.</returns>
    IReadOnlyList<ChatPresence> GetPresence(ChatAudience audience);

    /// <summary>
    /// Puts a page into a group. It leaves the group with <see cref="RemoveFromGroup"/> or when it is closed: a page that comes back is
    /// another one, so the place for this call is a connection handler's <c>OnConnectedAsync</c>.
    /// </summary>
    /// <param name="connectionId">The id from <see cref="ChatConnectionInfo.Id"/>.</param>
    /// <param name="group">The group's name: at most 200 characters.</param>
    /// <returns>Whether it is in the group now; false when the page is closed.</returns>
    /// <exception cref="ArgumentException">A name is null or empty, or <paramref name="group"/> is too long.</exception>
    bool AddToGroup(string connectionId, string group);

    /// <summary>
    /// Takes a page out of a group.
    /// </summary>
    /// <param name="connectionId">The id from <see cref="ChatConnectionInfo.Id"/>.</param>
    /// <param name="group">The group's name.</param>
    /// <returns>Whether it was in it.</returns>
    /// <exception cref="ArgumentException">A name is null or empty.</exception>
    bool RemoveFromGroup(string connectionId, string group);

    /// <summary>
    /// Closes the pages of an audience permanently, with 1008: they do not reconnect. Use it for a user who signs out or may not be
    /// here any more; the next page that is loaded connects as always.
    /// </summary>
    /// <param name="audience">Whose pages.</param>
    /// <returns>How many are being closed.</returns>
    int Disconnect(ChatAudience audience);
}
