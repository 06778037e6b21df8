namespace Pipulate.FakeOllama;

/// <summary>One message of a received chat.</summary>
public sealed record RecordedMessage(string Role, string Content);
