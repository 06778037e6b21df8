namespace Pipulate;

/// <summary>
/// Says whose conversation a page shows.
/// </summary>
public enum ConversationScope
{
    /// <summary>Each visitor has one of their own: the signed-in user's, else the one of a protected cookie.</summary>
    PerVisitor,

    /// <summary>Everybody shares one room and sees what the others say and do.</summary>
    Shared,
}
