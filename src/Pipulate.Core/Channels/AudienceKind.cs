namespace Pipulate;

/// <summary>Which of the registry's lists an audience is found in.</summary>
internal enum AudienceKind
{
    Everyone,
    Conversation,
    User,
    Connection,
}
