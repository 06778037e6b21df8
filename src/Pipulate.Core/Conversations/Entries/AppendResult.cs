namespace Pipulate.Storage;

/// <summary>
/// Represents the result of appending a piece of text to a stored entry.
/// </summary>
/// <param name="Outcome">How the piece was handled.</param>
/// <param name="Length">
/// The length of the stored text, in UTF-16 units: where the next piece begins. 0 if the entry does not exist.
/// </param>
public readonly record struct AppendResult(AppendOutcome Outcome, int Length);
