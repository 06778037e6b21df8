namespace Pipulate.Models;

/// <summary>Which model would speak, and where, or the trouble that keeps it silent.</summary>
internal sealed record ModelStatus(string? Model, Uri? Endpoint, ModelFailure? Failure);
