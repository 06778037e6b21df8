namespace Pipulate.Conversations.History;

/// <summary>Represents how much of a conversation the model has room for, in tokens.</summary>
/// <param name="Estimate">How tokens are counted.</param>
/// <param name="Most">The size above which the history is cut.</param>
/// <param name="Kept">The size that it is cut to; far below <paramref name="Most"/>, so that cuts are rare.</param>
internal readonly record struct HistoryBudget(TokenEstimate Estimate, int Most, int Kept);
