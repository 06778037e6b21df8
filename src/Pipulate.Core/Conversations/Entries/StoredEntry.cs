namespace Pipulate.Storage;

/// <summary>
/// An entry of a conversation as a store keeps it.
/// </summary>
public sealed record StoredEntry
{
    /// <summary>Gets the entry's id, chosen by who adds it: adding the same id again changes nothing.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the entry's place in its conversation.</summary>
    /// <value>Given by the store, from 1 and rising by one; not looked at when an entry is added.</value>
    public long Ordinal { get; init; }

    /// <summary>Gets who speaks.</summary>
    public required EntryRole Role { get; init; }

    /// <summary>Gets how far it has come.</summary>
    public required EntryState State { get; init; }

    /// <summary>Gets when it was begun.</summary>
    /// <value>In UTC, kept to the microsecond.</value>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets the number of the text's version: text of a higher one replaces it and does not continue it.</summary>
    public int Epoch { get; init; }

    /// <summary>Gets what was said so far.</summary>
    /// <value>Whole characters only: neither NUL nor half a surrogate pair.</value>
    public string Text { get; init; } = "";

    /// <summary>Gets whether it was taken back: pages and the model do not see it.</summary>
    public bool Withdrawn { get; init; }

    /// <summary>Gets what an event is an instance of, or null.</summary>
    public string? Kind { get; init; }

    /// <summary>Gets who spoke when it was not the model, such as <c>demo</c>, or null.</summary>
    public string? Voice { get; init; }

    /// <summary>Gets why it failed or was stopped, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the id that the page gave a user's message, or null.</summary>
    public string? MessageId { get; init; }
}
