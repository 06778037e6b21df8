namespace Pipulate.Storage;

/// <summary>
/// Represents a change of a stored entry that does not concern its text.
/// </summary>
/// <param name="Epoch">
/// The version of the text that the change belongs to. A store ignores a change of an older version than its own.
/// </param>
/// <param name="State">The state of the entry.</param>
/// <param name="Reason">Why it failed or was stopped, or null.</param>
/// <param name="Withdrawn">Whether it was withdrawn: it is neither shown nor sent to the model.</param>
public readonly record struct EntryChange(int Epoch, EntryState State, string? Reason = null, bool Withdrawn = false);
