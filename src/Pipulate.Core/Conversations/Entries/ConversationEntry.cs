namespace Pipulate.Conversations.Entries;

/// <summary>
/// Represents a message, an event or another entry of a conversation. Its text only grows; a change that replaces text raises
/// <see cref="Epoch"/>. Not thread-safe: the lock of its <see cref="Conversation"/> guards it.
/// </summary>
internal sealed class ConversationEntry(int ordinal, EntryRole role, EntryState state, DateTimeOffset at)
{
    /// <summary>
    /// Gets or sets the place in the conversation, from 1, which is also part of its element's id in a page. It changes when the history is
    /// restored after entries were added; connections then get the whole list again.
    /// </summary>
    public int Ordinal { get; set; } = ordinal;

    /// <summary>Gets the id that the store and the other nodes know it by.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public EntryRole Role { get; } = role;

    public DateTimeOffset CreatedAt { get; } = at;

    public EntryText Text { get; } = new();

    /// <summary>
    /// Gets or sets what the model thought before its answer; null if it sent no reasoning. It is shown collapsed, and never sent to the
    /// model.
    /// </summary>
    public EntryText? Reasoning { get; set; }

    /// <summary>Gets or sets the same text as Markdown; null if it is shown as plain text.</summary>
    public MarkdownText? Markdown { get; set; }

    public EntryState State { get; set; } = state;

    /// <summary>Gets or sets the version of the text. It is raised when connections must replace what they got before.</summary>
    public int Epoch { get; set; }

    /// <summary>
    /// Gets or sets how many times another node has reported, in the same epoch, text that replaces what connections got from the store.
    /// </summary>
    public int RemoteRevision { get; set; }

    /// <summary>Gets a number that changes when connections must replace the entry.</summary>
    public int Edition => Epoch + RemoteRevision;

    /// <summary>Gets or sets the conversation's version when this entry last changed.</summary>
    public long Revision { get; set; }

    /// <summary>Gets a value indicating whether its text may still grow.</summary>
    public bool IsOpen => State is EntryState.Streaming;

    /// <summary>Gets a value indicating whether it stands for an answer that has not begun because others are generated first.</summary>
    public bool IsQueued { get; init; }

    /// <summary>Gets or sets the sentence that says what it waits for while it has no text.</summary>
    public string? Waiting { get; set; }

    /// <summary>
    /// Gets or sets how many entries of the conversation had been answered before this answer; null if it is no answer. When the answer is
    /// regenerated, the conversation goes back to that number.
    /// </summary>
    public int? RepliedThrough { get; set; }

    /// <summary>Gets or sets a value indicating whether another node has generated it, and can generate it again.</summary>
    public bool RepliedRemotely { get; set; }

    public bool CanRegenerate => RepliedThrough is not null || RepliedRemotely;

    /// <summary>Gets or sets a value indicating whether it was withdrawn: it is neither shown nor sent to the model.</summary>
    public bool Withdrawn { get; set; }

    /// <summary>Gets or sets a value indicating whether the model is to reply to it: a user's message, or an event to comment on.</summary>
    public bool RequiresReply { get; set; }

    /// <summary>Gets or sets when it was added, as a timestamp of the conversation's clock.</summary>
    public long ArrivedAt { get; set; }

    /// <summary>Gets or sets the id of the activity, such as a request, that added it; null without a listener for traces.</summary>
    public string? Cause { get; set; }

    /// <summary>Gets what an event is an instance of; consecutive events of one kind are sent to the model as one.</summary>
    public string? Kind { get; init; }

    /// <summary>Gets who typed or caused it; null where that is not known. Not stored.</summary>
    public Requester? Requester { get; init; }

    /// <summary>How far the work is that this entry shows; null for all other entries.</summary>
    public Progress? Progress { get; set; }

    /// <summary>Gets or sets the author of an answer that is not from the model, such as "demo"; otherwise null.</summary>
    public string? AuthorName { get; set; }

    /// <summary>Gets or sets the sentence that says why it failed or was stopped.</summary>
    public string? Reason { get; set; }

    /// <summary>Gets the id that the page gave a user's message, so that a message sent twice is stored once.</summary>
    public string? MessageId { get; init; }

    /// <summary>Gets a value indicating whether another node, or an earlier process, began it. This node does not complete it.</summary>
    public bool IsRemote { get; init; }

    public bool Visible => Role is not EntryRole.Event && !Withdrawn;
}
