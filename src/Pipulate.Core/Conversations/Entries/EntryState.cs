namespace Pipulate;

/// <summary>
/// Specifies the state of an entry of a conversation.
/// </summary>
public enum EntryState
{
    /// <summary>Indicates that its text still grows.</summary>
    Streaming,

    /// <summary>Indicates that it is complete.</summary>
    Complete,

    /// <summary>Indicates that it was stopped before it was complete.</summary>
    Stopped,

    /// <summary>Indicates that it ended with an error.</summary>
    Failed,
}
