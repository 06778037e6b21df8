using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Storage;
using Pipulate.Telemetry;
using Pipulate.Text;

namespace Pipulate.Generation;

/// <summary>
/// Adds events and messages to their conversations, in order, and queues the conversations in which a reply is due: each once, however much
/// was added.
/// </summary>
internal sealed partial class ChatQueue(
    ConversationCache conversations,
    CommentPolicy schedule,
    TextPacer typist,
    PipulateMetrics metrics,
    IOptions<PipulateOptions> options,
    ReplyCoordinator turns,
    IReplyCoordination nodes,
    ILogger<ChatQueue> logger)
    : IChatQueue
{
    private readonly Channel<Conversation> _due =
        Channel.CreateUnbounded<Conversation>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>
    /// Conversations in which an answer is due. A conversation stands here once until <see cref="TurnTracker.TryComplete"/> releases it.
    /// </summary>
    public ChannelReader<Conversation> Due => _due.Reader;

    public async ValueTask EnqueueAsync(ChatEvent chatEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(chatEvent);
        if (chatEvent.Conversation == default)
        {
            throw new ArgumentException("The event names no conversation.", nameof(chatEvent));
        }

        ArgumentException.ThrowIfNullOrWhiteSpace(chatEvent.Text, nameof(chatEvent));
        var conversation = conversations.Get(chatEvent.Conversation);
        if (Enqueue(conversation, chatEvent) is { } waiting)
        {
            await turns.StoreAsync(conversation, waiting, cancellationToken);
        }
    }

    public void Enqueue(ChatEvent chatEvent) => Enqueue(conversations.Get(chatEvent.Conversation), chatEvent);

    /// <summary>Schedules the replies to entries that no node has replied to.</summary>
    /// <returns>Whether it is here.</returns>
    public async Task<bool> AddPendingRepliesAsync(ConversationId id, IReadOnlyList<Guid> entries, CancellationToken cancellationToken)
    {
        var conversation = conversations.Get(id);
        await conversation.Loaded;
        if (conversation.Turns.AddPendingReplies(entries).Count < entries.Count)
        {
            await nodes.RepairAsync(conversation, cancellationToken);
        }

        if (conversation.Turns.AddPendingReplies(entries).Count == 0)
        {
            return false;
        }

        Announce(conversation);
        return true;
    }

    /// <returns>The entry, where it waits for an answer.</returns>
    private ConversationEntry? Enqueue(Conversation conversation, ChatEvent chatEvent)
    {
        if (chatEvent.Lane is ChatLane.Say)
        {
            typist.AddMessage(conversation, chatEvent.Text);
            return null;
        }

        if (conversation.Details.IsPaused)
        {
            metrics.Suppressed(SuppressionReason.Paused, 1);
            LogUncommented(conversation.Id, SuppressionReason.Paused);
            return null;
        }

        var text = TextCut.WithQuotations(chatEvent.Text, options.Value.Limits.EventCharacters);
        if (chatEvent.Lane is ChatLane.Note)
        {
            conversation.AddMessage(EntryRole.Event, text, kind: chatEvent.Kind, requester: chatEvent.Requester);
            return null;
        }

        var drawn = schedule.ShouldComment();
        var entry = conversation.AddMessage(EntryRole.Event, text, wantsAnswer: drawn, chatEvent.Kind, chatEvent.Requester);
        if (drawn)
        {
            Announce(conversation);
            return entry;
        }

        metrics.Suppressed(SuppressionReason.Chance, 1);
        LogUncommented(conversation.Id, SuppressionReason.Chance);
        return null;
    }

    /// <summary>Puts what a person typed into the conversation; one message sent twice by the page is heard once.</summary>
    public void AddUserMessage(ConversationId id, string text, string? messageId) => AddUserMessage(conversations.Get(id), text, messageId);

    /// <summary>Adds what a user typed, and waits until it is stored.</summary>
    /// <returns>Whether it was taken, once it is stored or that has taken too long; not where the conversation was deleted.</returns>
    public async Task<bool> AddUserMessageAsync(ConversationId id, string text, string? messageId, Requester? requester = null)
    {
        var conversation = conversations.Get(id);
        AddUserMessage(conversation, text, messageId, requester);
        await turns.WaitUntilStoredAsync(conversation);
        return !conversation.IsDeleted;
    }

    /// <summary>Stops what is being said in a conversation.</summary>
    public void Stop(ConversationId id) => conversations.Get(id).Stop();

    /// <summary>Regenerates the newest reply of a conversation; does nothing where the page means another one.</summary>
    public void Regenerate(ConversationId id, Guid answer)
    {
        if (RegenerateLocally(id, answer))
        {
            return;
        }

        var conversation = conversations.Get(id);
        if (!nodes.TryRegenerate(conversation, answer) && conversation.Turns.RegenerateRemote(answer))
        {
            Announce(conversation);
        }
    }

    /// <summary>Regenerates a reply at the request of another node.</summary>
    /// <returns>Whether it is an answer of this node that can be regenerated.</returns>
    public bool RegenerateLocally(ConversationId id, Guid answer)
    {
        var conversation = conversations.Get(id);
        var again = conversation.Turns.Regenerate(answer);
        if (again)
        {
            Announce(conversation);
        }

        return again;
    }

    private void AddUserMessage(Conversation conversation, string text, string? messageId, Requester? requester = null)
    {
        if (conversation.AddUserMessage(text, messageId, requester))
        {
            Announce(conversation);
        }
    }

    private void Announce(Conversation conversation)
    {
        if (conversation.Turns.TrySchedule())
        {
            _due.Writer.TryWrite(conversation);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "An event in conversation {Conversation} stays without a comment: {Reason}.")]
    private partial void LogUncommented(ConversationId conversation, SuppressionReason reason);
}
