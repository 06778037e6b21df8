namespace Pipulate.Models;

/// <summary>Describes which model would reply, and where, or the failure that prevents it.</summary>
internal sealed record ModelStatus(string? Model, Uri? Endpoint, ModelFailure? Failure);
