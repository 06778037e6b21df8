namespace Pipulate.Storage;

/// <summary>
/// Represents an entry of a conversation as a store keeps it.
/// </summary>
public sealed record StoredEntry
{
    /// <summary>Gets the entry's id, which the caller chooses. Adding the same id again changes nothing.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the entry's place in its conversation.</summary>
    /// <value>Assigned by the store, from 1 and rising by one; ignored when an entry is added.</value>
    public long Ordinal { get; init; }

    /// <summary>Gets the author.</summary>
    public required EntryRole Role { get; init; }

    /// <summary>Gets the state.</summary>
    public required EntryState State { get; init; }

    /// <summary>Gets when it began.</summary>
    /// <value>In UTC, stored to the microsecond.</value>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets the version of the text. Text of a higher version replaces it.</summary>
    public int Epoch { get; init; }

    /// <summary>Gets the text so far.</summary>
    /// <value>Whole characters: neither NUL nor a lone surrogate.</value>
    public string Text { get; init; } = "";

    /// <summary>Gets a value indicating whether it was withdrawn: it is neither shown nor sent to the model.</summary>
    public bool Withdrawn { get; init; }

    /// <summary>Gets what an event is an instance of, or null.</summary>
    public string? Kind { get; init; }

    /// <summary>Gets the author of an answer that is not from the model, such as <c>demo</c>, or null.</summary>
    public string? Voice { get; init; }

    /// <summary>Gets why it failed or was stopped, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets the id that the page gave a user's message, or null.</summary>
    public string? MessageId { get; init; }
}
