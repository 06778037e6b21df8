namespace Pipulate;

/// <summary>
/// Says what becomes of an event.
/// </summary>
public enum ChatLane
{
    /// <summary>Asks the model for a comment in its own words.</summary>
    Comment,

    /// <summary>Shows the text as it is; no model is asked.</summary>
    Say,

    /// <summary>Shows nothing; the model knows it from then on.</summary>
    Note,
}
