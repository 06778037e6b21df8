namespace Pipulate.Conversations;

/// <summary>An event as the user may see it.</summary>
internal sealed record RecordedEvent(Guid Id, DateTimeOffset At, string Text);
