namespace Pipulate.FakeOllama;

public sealed record RecordedMessage(string Role, string Content);
