namespace Pipulate.Storage;

/// <summary>
/// What changes of a stored entry beside its text.
/// </summary>
/// <param name="Epoch">
/// The version of the text that the change belongs to; a change of an older version than the stored one is not taken.
/// </param>
/// <param name="State">How far the entry has come.</param>
/// <param name="Reason">Why it failed or was stopped, or null.</param>
/// <param name="Withdrawn">Whether it was taken back.</param>
public readonly record struct EntryChange(int Epoch, EntryState State, string? Reason = null, bool Withdrawn = false);
