namespace Pipulate.Testing;

/// <summary>
/// Represents an entry of a chat panel, as it is shown.
/// </summary>
/// <param name="Id">The id of its element.</param>
/// <param name="Role">The author.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Text">What is said, as text.</param>
/// <param name="Html">What is said, as HTML: markdown is rendered.</param>
/// <param name="Waiting">What it waits for while it has not said anything, as the page says it; null when it does not.</param>
/// <param name="Reason">Why it failed or was stopped, as the page says it; null when it was not.</param>
public sealed record ChatTranscriptEntry(
    string Id, EntryRole Role, EntryState State, string Text, string Html, string? Waiting, string? Reason)
{
    /// <summary>
    /// Gets whether nothing will be added to it any more.
    /// </summary>
    public bool HasEnded => State is not EntryState.Streaming;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Role} {State}: {Text}{(Waiting is null ? "" : $" (waits: {Waiting})")}{(Reason is null ? "" : $" (because: {Reason})")}";
}
