namespace Pipulate;

/// <summary>
/// How long conversations are kept (section <c>Pipulate:Retention</c>). Once an hour what is older, or more, is deleted; a conversation that a page shows is left until nobody looks.
/// </summary>
public sealed class PipulateRetention
{
    /// <summary>
    /// Gets or sets how long a conversation is kept after something was last said or done in it.
    /// </summary>
    /// <value>The default is zero: for ever. Else from an hour to ten years.</value>
    public TimeSpan Age { get; set; }

    /// <summary>
    /// Gets or sets how many conversations of a visitor are kept: those in which something was said or done last.
    /// </summary>
    /// <value>The default is 100; from 1 to 1,000,000.</value>
    public int ConversationsPerVisitor { get; set; } = 100;
}
