namespace Pipulate.FakeOllama.Library;

/// <summary>A model in memory.</summary>
internal sealed record LoadedModel(FakeModel Model, DateTimeOffset ExpiresAt, int Context);
