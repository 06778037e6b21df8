namespace Pipulate.Models;

/// <summary>Describes a failure for the user: its kind, and one plain sentence with what happened, where, and how to fix it.</summary>
internal sealed record ModelFailure(ModelFailureKind Kind, string Sentence);
