namespace Pipulate.Context;

/// <summary>Represents what one provider says.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="Text">Its text, cut, with line feeds as its only control characters.</param>
internal readonly record struct ContextPart(string Provider, string Text);
