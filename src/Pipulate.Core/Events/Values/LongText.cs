namespace Pipulate.Events.Values;

/// <summary>Represents a value that may be longer than others, such as the text of a response.</summary>
/// <param name="Text">The text.</param>
internal sealed record LongText(string Text)
{
    /// <summary>The limit for such a value is this many times <see cref="PipulateLimits.ValueCharacters"/>.</summary>
    public const int Factor = 5;
}
