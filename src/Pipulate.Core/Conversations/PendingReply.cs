namespace Pipulate.Conversations;

/// <summary>What waits for an answer.</summary>
/// <param name="Typed">Whether a person waits for it: they typed something, or asked for an answer once more.</param>
/// <param name="Events">How many events are to be commented on.</param>
/// <param name="First">When the first of it came, as a timestamp.</param>
/// <param name="Last">When the last of it came, as a timestamp.</param>
internal readonly record struct PendingReply(bool Typed, int Events, long First, long Last);
