namespace Pipulate;

/// <summary>
/// Says how far an entry of a conversation has come.
/// </summary>
public enum EntryState
{
    /// <summary>Its text still grows.</summary>
    Streaming,

    /// <summary>It is whole.</summary>
    Complete,

    /// <summary>It was ended before it was whole.</summary>
    Stopped,

    /// <summary>It broke off.</summary>
    Failed,
}
