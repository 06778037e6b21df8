namespace Pipulate;

/// <summary>
/// Says what becomes of an event.
/// </summary>
public enum ChatLane
{
    /// <summary>The model comments on it, in its own words.</summary>
    Comment,

    /// <summary>This very text appears; no model is asked.</summary>
    Say,

    /// <summary>Nothing appears; the model knows it from now on.</summary>
    Note,
}
