namespace Pipulate.Conversations.History;

/// <summary>How much of a conversation the model has room for, in tokens.</summary>
/// <param name="Estimate">How tokens are counted.</param>
/// <param name="Most">Above this the history is cut.</param>
/// <param name="Kept">Down to this; far below <paramref name="Most"/>, so that it is long until the next cut.</param>
internal readonly record struct HistoryBudget(TokenEstimate Estimate, int Most, int Kept);
