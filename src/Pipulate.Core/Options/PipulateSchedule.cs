namespace Pipulate;

/// <summary>
/// Configures when the model comments (section <c>Pipulate:Schedule</c>). What is not commented on stays in the conversation as a note,
/// which the model knows from then on. A typed message is always answered.
/// </summary>
public sealed class PipulateSchedule
{
    /// <summary>
    /// Gets or sets how long the user must pause before a comment begins; what they do meanwhile is commented on together. Without a
    /// pause, the comment comes after five times as long.
    /// </summary>
    /// <value>The default is 400 milliseconds; from zero to a minute.</value>
    public TimeSpan Debounce { get; set; } = TimeSpan.FromMilliseconds(400);

    /// <summary>
    /// Gets or sets how long the model keeps quiet after an answer.
    /// </summary>
    /// <value>The default is zero: it may go on at once; up to a day.</value>
    public TimeSpan Cooldown { get; set; }

    /// <summary>
    /// Gets or sets how likely an event is commented on, each for itself.
    /// </summary>
    /// <value>The default is 1, always; down to 0, never.</value>
    public double Chance { get; set; } = 1;
}
