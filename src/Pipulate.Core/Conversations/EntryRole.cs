namespace Pipulate.Conversations;

/// <summary>Who speaks in an entry. An <see cref="Event"/> is told to the model and never shown.</summary>
internal enum EntryRole
{
    User,
    Assistant,
    Notice,
    Event,

    /// <summary>Work that people watch; the model is not told of it.</summary>
    Progress,
}
