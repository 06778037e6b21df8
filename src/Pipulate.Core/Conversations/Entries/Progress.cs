namespace Pipulate.Conversations.Entries;

/// <summary>Represents the progress of a piece of work.</summary>
/// <param name="Done">How much is done.</param>
/// <param name="Total">How much there is; 0 if it is not known.</param>
/// <param name="Text">What is being done; null if the numbers are enough.</param>
internal sealed record Progress(int Done, int Total, string? Text);
