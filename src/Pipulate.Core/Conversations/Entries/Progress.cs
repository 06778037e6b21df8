namespace Pipulate.Conversations.Entries;

/// <summary>How far a piece of work is.</summary>
/// <param name="Done">How much is done.</param>
/// <param name="Total">How much there is; 0 where nobody knows.</param>
/// <param name="Text">What is being done; null where the numbers say it all.</param>
internal sealed record Progress(int Done, int Total, string? Text);
