namespace Pipulate.Storage;

/// <summary>
/// Holds what the store has of an entry: the cursor from which the rest is written. One round at a time uses it.
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
    /// Gets the entry as it was first added, until the store has confirmed it: a repetition must be identical.
    /// </summary>
    public StoredEntry? Unconfirmed { get; private set; }

    /// <summary>Gets how much of the text is stored, in UTF-16 units.</summary>
    public int Length { get; private set; }

    /// <summary>Gets what is stored beside the text.</summary>
    public EntryChange Change { get; private set; }

    /// <summary>Makes the state of an entry that came from the store.</summary>
    public static SavedEntryState Of(StoredEntry stored) => new(stored, confirmed: true);

    /// <summary>Makes the state of an entry that the store is to get.</summary>
    public static SavedEntryState Unsaved(StoredEntry entry) => new(entry, confirmed: false);

    /// <summary>Makes the state of an entry that another node stores: what the store has of it is not known here.</summary>
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
