namespace Pipulate.Events.Values;

/// <summary>Represents a value that may be longer than others, such as the text of a response.</summary>
/// <param name="Text">The text.</param>
internal sealed record LongText(string Text)
{
    /// <summary>Multiplies <see cref="PipulateLimits.ValueCharacters"/> to the limit for such a value.</summary>
    public const int Factor = 5;
}
