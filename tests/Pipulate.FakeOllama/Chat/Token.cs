namespace Pipulate.FakeOllama.Chat;

/// <summary>One token, of the thinking or of the content.</summary>
internal readonly record struct Token(string Text, bool IsThinking);
