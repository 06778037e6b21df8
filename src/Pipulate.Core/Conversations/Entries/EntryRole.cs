namespace Pipulate;

/// <summary>
/// Specifies the author of an entry of a conversation.
/// </summary>
public enum EntryRole
{
    /// <summary>Marks a message that a user typed.</summary>
    User,

    /// <summary>Marks an answer of the model, or of a substitute such as the demo client.</summary>
    Assistant,

    /// <summary>Marks a notice of the chat itself. It is shown, and never sent to the model.</summary>
    Notice,

    /// <summary>Marks an event: something a user did. It is sent to the model, and never shown.</summary>
    Event,

    /// <summary>Marks the progress of a piece of work. It is shown, and never sent to the model.</summary>
    Progress,
}
