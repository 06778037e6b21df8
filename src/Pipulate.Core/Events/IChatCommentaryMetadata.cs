namespace Pipulate;

/// <summary>
/// Describes what the model is given when the endpoint has answered. Of the metadata of an endpoint
/// whose <see cref="On"/> includes the outcome, the last one counts.
/// </summary>
public interface IChatCommentaryMetadata
{
    /// <summary>
    /// Gets the text with its placeholders, such as <c>They deleted {title}.</c>
    /// </summary>
    string Template { get; }

    /// <summary>
    /// Gets what becomes of the event.
    /// </summary>
    ChatLane Lane { get; }

    /// <summary>
    /// Gets the outcomes that this text is for.
    /// </summary>
    CommentaryOutcome On => CommentaryOutcome.Success;
}
