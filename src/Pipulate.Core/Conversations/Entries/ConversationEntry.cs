namespace Pipulate.Conversations.Entries;

/// <summary>
/// One thing that was said or done. Its text only grows; whatever else changes, changes its <see cref="Epoch"/>.
/// Owned by its <see cref="Conversation"/>: read and written under that one's lock only.
/// </summary>
internal sealed class ConversationEntry(int ordinal, EntryRole role, EntryState state, DateTimeOffset at)
{
    /// <summary>
    /// The place in the conversation, from 1; also what its element is called on a page. It changes when the history comes later than what
    /// is said since, and pages take all anew then.
    /// </summary>
    public int Ordinal { get; set; } = ordinal;

    /// <summary>What it is called in the store and on other nodes.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public EntryRole Role { get; } = role;

    public DateTimeOffset CreatedAt { get; } = at;

    public EntryText Text { get; } = new();

    /// <summary>
    /// What the model thought before it spoke: shown folded, never told to it again. Null where it showed nothing of the kind.
    /// </summary>
    public EntryText? Reasoning { get; set; }

    /// <summary>The same text as markdown; null where it is shown as it is.</summary>
    public MarkdownText? Markdown { get; set; }

    public EntryState State { get; set; } = state;

    /// <summary>Raised when what was sent before must be replaced and not continued.</summary>
    public int Epoch { get; set; }

    /// <summary>
    /// How often something became known of it in the same epoch that pages must be sent in its place: another node says more than the store
    /// has.
    /// </summary>
    public int RemoteRevision { get; set; }

    /// <summary>Changes where a page must take it anew.</summary>
    public int Edition => Epoch + RemoteRevision;

    /// <summary>The conversation's version when this entry last changed.</summary>
    public long Revision { get; set; }

    /// <summary>Whether something may still come.</summary>
    public bool IsOpen => State is EntryState.Streaming;

    /// <summary>Whether it only keeps the place of an answer that has not begun, because others are given first.</summary>
    public bool IsQueued { get; init; }

    /// <summary>What it waits for while it has said nothing, in a sentence for the person at the page.</summary>
    public string? Waiting { get; set; }

    /// <summary>
    /// How many entries of the conversation had been answered before this answer; it goes back to that when the answer is asked for once
    /// more. Null for what answers nothing.
    /// </summary>
    public int? RepliedThrough { get; set; }

    /// <summary>Whether another node has given it, and can give it once more.</summary>
    public bool RepliedRemotely { get; set; }

    public bool CanRegenerate => RepliedThrough is not null || RepliedRemotely;

    /// <summary>Taken back: pages remove it, the model never hears of it.</summary>
    public bool Withdrawn { get; set; }

    /// <summary>Whether the model is to answer this entry (a user's words, an event that is to be commented).</summary>
    public bool RequiresReply { get; set; }

    /// <summary>When it came, as a timestamp of the conversation's clock.</summary>
    public long ArrivedAt { get; set; }

    /// <summary>The request that it came with, as tracing names it; null where nobody traces.</summary>
    public string? Cause { get; set; }

    /// <summary>What an event is an instance of; those of one kind that come together are told together.</summary>
    public string? Kind { get; init; }

    /// <summary>How far the work is that this entry shows; null for all other entries.</summary>
    public Progress? Progress { get; set; }

    /// <summary>Who spoke when it was not the model, such as "demo"; else null.</summary>
    public string? AuthorName { get; set; }

    /// <summary>Why it failed or was stopped, in a sentence for the person at the page.</summary>
    public string? Reason { get; set; }

    /// <summary>The id that the page gave a user's message, so that one sent twice is stored once.</summary>
    public string? MessageId { get; init; }

    /// <summary>Whether it was begun on another node, or before this process: somebody else makes it grow and ends it.</summary>
    public bool IsRemote { get; init; }

    public bool Visible => Role is not EntryRole.Event && !Withdrawn;
}
