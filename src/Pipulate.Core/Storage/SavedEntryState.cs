namespace Pipulate.Storage;

/// <summary>
/// What the store has of an entry: the cursor from which the rest is written. Only the one who writes the conversation looks at it.
/// </summary>
internal sealed class SavedEntryState
{
    private SavedEntryState(StoredEntry entry, bool confirmed)
    {
        Id = entry.Id;
        Length = entry.Text.Length;
        Change = ChangeOf(entry);
        Unconfirmed = confirmed ? null : entry;
    }

    public Guid Id { get; }

    /// <summary>
    /// The entry as it was first tried to be added, until the store has said that it has it: tried again, it must be the very same.
    /// </summary>
    public StoredEntry? Unconfirmed { get; private set; }

    /// <summary>How much of the text is stored, in UTF-16 units.</summary>
    public int Length { get; private set; }

    /// <summary>What is stored beside the text.</summary>
    public EntryChange Change { get; private set; }

    /// <summary>For an entry that came from the store.</summary>
    public static SavedEntryState Of(StoredEntry stored) => new(stored, confirmed: true);

    /// <summary>For an entry that the store is to get.</summary>
    public static SavedEntryState Unsaved(StoredEntry entry) => new(entry, confirmed: false);

    /// <summary>For an entry that another node has begun and stores: what the store has of it is not known here.</summary>
    public static SavedEntryState Remote(StoredEntry entry) =>
        new(entry, confirmed: false) { Length = 0, Change = new EntryChange(-1, entry.State) };

    public static EntryChange ChangeOf(StoredEntry entry) => new(entry.Epoch, entry.State, entry.Reason, entry.Withdrawn);

    public void OnAdded() => Unconfirmed = null;

    public void OnTextWritten(int epoch, int length)
    {
        Change = Change with { Epoch = epoch };
        Length = length;
    }

    public void OnChangeWritten(EntryChange rest) => Change = rest;
}
