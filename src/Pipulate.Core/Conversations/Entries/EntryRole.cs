namespace Pipulate;

/// <summary>
/// Says who speaks in an entry of a conversation.
/// </summary>
public enum EntryRole
{
    /// <summary>A person at a page.</summary>
    User,

    /// <summary>The model, or who speaks in its place.</summary>
    Assistant,

    /// <summary>The chat itself, to the people at the pages; the model never hears of it.</summary>
    Notice,

    /// <summary>Something a user did: told to the model and never shown.</summary>
    Event,

    /// <summary>Work that people watch; the model is not told of it.</summary>
    Progress,
}
