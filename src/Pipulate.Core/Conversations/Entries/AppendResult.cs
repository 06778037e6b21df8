namespace Pipulate.Storage;

/// <summary>
/// The answer of a store to a piece of text.
/// </summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Length">
/// How long the stored text is now, in UTF-16 units: where the next piece begins. 0 where there is no such entry.
/// </param>
public readonly record struct AppendResult(AppendOutcome Outcome, int Length);
