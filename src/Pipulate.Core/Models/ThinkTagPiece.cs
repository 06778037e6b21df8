namespace Pipulate.Models;

/// <summary>Represents what is known of a piece of a model's text.</summary>
/// <param name="Thinking">What of it is reasoning.</param>
/// <param name="Answer">What of it is answer.</param>
/// <param name="TakesBack">Whether all that was given as answer of the same message before was reasoning too.</param>
internal readonly record struct ThinkTagPiece(string Thinking, string Answer, bool TakesBack = false);
