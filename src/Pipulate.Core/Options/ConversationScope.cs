namespace Pipulate;

/// <summary>
/// Decides whose conversation a page shows.
/// </summary>
public enum ConversationScope
{
    /// <summary>Gives each visitor conversations of their own: the signed-in user's, otherwise those of a protected cookie.</summary>
    PerVisitor,

    /// <summary>Shows one conversation to all visitors. Each sees what the others write and do.</summary>
    Shared,
}
