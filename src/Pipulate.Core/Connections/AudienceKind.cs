namespace Pipulate;

/// <summary>Identifies the list of the registry in which an audience is found.</summary>
internal enum AudienceKind
{
    /// <summary>Represents no audience.</summary>
    Nobody,
    Everyone,
    Conversation,
    User,
    Group,
    Connection,
}
