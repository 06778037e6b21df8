namespace Pipulate.Models;

/// <summary>A failure for the person at the page: its kind, and one plain sentence with what happened, where, and what mends it.</summary>
internal sealed record ModelFailure(ModelFailureKind Kind, string Sentence);
