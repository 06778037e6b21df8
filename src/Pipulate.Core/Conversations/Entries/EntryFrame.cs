using Pipulate.Storage;
namespace Pipulate.Conversations.Entries;

/// <summary>
/// Represents what a node sends the others of an entry: a piece of its text and where it belongs, and with it what else has changed.
/// A frame without text only gives the length, so that a node notices what it lacks.
/// </summary>
/// <param name="Entry">The entry's id.</param>
/// <param name="Epoch">The version of the entry.</param>
/// <param name="Offset">Where the piece begins, in UTF-16 units.</param>
/// <param name="Text">The piece: whole characters only.</param>
internal readonly record struct EntryFrame(Guid Entry, int Epoch, int Offset, string Text)
{
    /// <summary>Gets a value indicating whether it replaces the text of an older version.</summary>
    public bool Replaces { get; init; }

    /// <summary>Gets what is sent of an entry once, at its beginning.</summary>
    public EntryHead? Head { get; init; }

    /// <summary>Gets the new status of the entry; null if only its text grows.</summary>
    public EntryStatus? Standing { get; init; }

    /// <summary>Creates a frame of the whole entry as the store has it.</summary>
    public static EntryFrame Of(StoredEntry stored) => new(stored.Id, stored.Epoch, 0, stored.Text)
    {
        Replaces = true,
        Head = EntryHead.Of(stored),
        Standing = stored.State is EntryState.Streaming ? null : EntryStatus.Of(stored),
    };

    /// <summary>Gets the length of the text up to the end of this piece.</summary>
    public int Through => Offset + Text.Length;
}
