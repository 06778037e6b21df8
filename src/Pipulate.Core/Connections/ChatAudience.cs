namespace Pipulate;

/// <summary>
/// Represents the pages that something is sent to: those of a conversation, of a user, of a group, one page, or all of them.
/// </summary>
public readonly record struct ChatAudience
{
    private ChatAudience(AudienceKind kind, string? name)
    {
        Kind = kind;
        Name = name;
    }

    /// <summary>
    /// Gets the audience of every page that is connected, on all nodes of the application.
    /// </summary>
    public static ChatAudience Everyone => new(AudienceKind.Everyone, null);

    /// <summary>Creates an audience as another node has sent it.</summary>
    internal static ChatAudience Of(AudienceKind kind, string? name) => new(kind, name);

    internal AudienceKind Kind { get; }

    internal string? Name { get; }

    /// <summary>
    /// Selects the pages of one conversation. What is sent to it is stored in it even while no page is open.
    /// </summary>
    /// <param name="id">The conversation.</param>
    /// <returns>The audience.</returns>
    public static ChatAudience Conversation(ConversationId id) => new(AudienceKind.Conversation, id.Value);

    /// <summary>
    /// Selects the open pages of one signed-in user.
    /// </summary>
    /// <param name="userId">The user's id: the claim <c>ClaimTypes.NameIdentifier</c>.</param>
    /// <returns>The audience.</returns>
    /// <exception cref="ArgumentException"><paramref name="userId"/> is null or empty.</exception>
    public static ChatAudience User(string userId)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        return new(AudienceKind.User, userId);
    }

    /// <summary>
    /// Selects the open pages that were put into a group with <see cref="IConnectionRegistry.AddToGroup"/>.
    /// </summary>
    /// <param name="name">The group's name. A group needs no making: it is there while a page is in it.</param>
    /// <returns>The audience.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty.</exception>
    public static ChatAudience Group(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new(AudienceKind.Group, name);
    }

    /// <summary>
    /// Selects one open page.
    /// </summary>
    /// <param name="connectionId">The id from <see cref="ChatConnectionInfo.Id"/>.</param>
    /// <returns>The audience.</returns>
    /// <exception cref="ArgumentException"><paramref name="connectionId"/> is null or empty.</exception>
    public static ChatAudience Connection(string connectionId)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionId);
        return new(AudienceKind.Connection, connectionId);
    }
}
