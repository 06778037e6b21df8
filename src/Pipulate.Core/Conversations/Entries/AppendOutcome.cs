namespace Pipulate.Storage;

/// <summary>
/// Specifies how a store handled a piece of text that was to be appended to an entry.
/// </summary>
public enum AppendOutcome
{
    /// <summary>Indicates that the entry holds the piece, now or since before.</summary>
    Taken,

    /// <summary>Indicates that the piece begins after the end of the stored text. Nothing was changed.</summary>
    Gap,

    /// <summary>Indicates that a later version has replaced the text. Nothing was changed.</summary>
    Outdated,

    /// <summary>Indicates that the entry does not exist, or was deleted.</summary>
    Missing,
}
