namespace Pipulate.Storage;

/// <summary>
/// Says what became of a piece of text that was to be added to a stored entry.
/// </summary>
public enum AppendOutcome
{
    /// <summary>The entry holds the piece now, or held it before.</summary>
    Taken,

    /// <summary>The piece begins after the end of what is stored: something before it is missing, and nothing was changed.</summary>
    Gap,

    /// <summary>The text has been replaced by a later version since: nothing was changed.</summary>
    Outdated,

    /// <summary>There is no such entry (any more).</summary>
    Missing,
}
