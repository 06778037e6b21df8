namespace Pipulate;

/// <summary>Which of the registry's lists an audience is found in.</summary>
internal enum AudienceKind
{
    /// <summary>Of an audience that nobody has named.</summary>
    Nobody,
    Everyone,
    Conversation,
    User,
    Group,
    Connection,
}
