using Pipulate.Storage;
namespace Pipulate.Conversations.Entries;

/// <summary>
/// What one node tells the others of an entry: a piece of its text and where it belongs, and with it what else is new.
/// Without text and all else it says how far the entry is, so that who lacks something notices.
/// </summary>
/// <param name="Entry">The entry's id.</param>
/// <param name="Epoch">The version of the entry.</param>
/// <param name="Offset">Where the piece begins, in UTF-16 units.</param>
/// <param name="Text">The piece: whole characters only.</param>
internal readonly record struct EntryFrame(Guid Entry, int Epoch, int Offset, string Text)
{
    /// <summary>Whether text of an older version does not count any more.</summary>
    public bool Replaces { get; init; }

    /// <summary>What is told of an entry once, at its beginning.</summary>
    public EntryHead? Head { get; init; }

    /// <summary>How the entry is from now on; null where it only grows.</summary>
    public EntryStatus? Standing { get; init; }

    /// <summary>The entry as the store has it.</summary>
    public static EntryFrame Of(StoredEntry stored) => new(stored.Id, stored.Epoch, 0, stored.Text)
    {
        Replaces = true,
        Head = EntryHead.Of(stored),
        Standing = stored.State is EntryState.Streaming ? null : EntryStatus.Of(stored),
    };

    /// <summary>How long the text is with this piece.</summary>
    public int Through => Offset + Text.Length;
}
