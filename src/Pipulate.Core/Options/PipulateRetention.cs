namespace Pipulate;

/// <summary>
/// Configures how long conversations are kept (section <c>Pipulate:Retention</c>). Once an hour what is older, or more, is deleted; a
/// conversation that a page shows is kept until that page is closed.
/// </summary>
public sealed class PipulateRetention
{
    /// <summary>
    /// Gets or sets how long a conversation is kept after something was last said or done in it.
    /// </summary>
    /// <value>The default is zero: without end. Otherwise from an hour to ten years.</value>
    public TimeSpan Age { get; set; }

    /// <summary>
    /// Gets or sets how many conversations of a visitor are kept: those in which something was said or done last.
    /// </summary>
    /// <value>The default is 100; from 1 to 1,000,000.</value>
    public int ConversationsPerVisitor { get; set; } = 100;

    /// <summary>
    /// Gets or sets how many entries of a conversation are kept: the newest. Requests hold them as long as the model has room, the export
    /// has them, and a panel shows the last 50.
    /// </summary>
    /// <value>The default is 0: all. Else from 200, with which a conversation is opened, to 1,000,000.</value>
    public int EntriesPerConversation { get; set; }
}
