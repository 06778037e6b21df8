using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Events;
using Pipulate.Nodes;
using Pipulate.Storage;
using Pipulate.Telemetry;

namespace Pipulate.Generation;

/// <summary>
/// The way into the conversations. What comes is put into its conversation at once, in order, so nothing waits here but the word
/// that an answer is due: one per conversation, however much came.
/// </summary>
internal sealed partial class ChatQueue(
    ConversationDirectory conversations, CommentSchedule schedule, Typist typist, PipulateMetrics metrics, IOptions<PipulateOptions> options, ILogger<ChatQueue> logger, AnswerTurns? turns = null)
    : IChatQueue
{
    private readonly Channel<Conversation> _due =
        Channel.CreateUnbounded<Conversation>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Conversations in which an answer is due. A conversation stands here once until <see cref="Conversation.TryRest"/> lets it go.</summary>
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
        if (Enqueue(conversation, chatEvent) is { } waiting && turns is not null)
        {
            await turns.StoreAsync(conversation, waiting, cancellationToken);
        }
    }

    public void Enqueue(ChatEvent chatEvent) => Enqueue(conversations.Get(chatEvent.Conversation), chatEvent);

    /// <summary>Sees to what waits in a conversation and nobody answers.</summary>
    /// <returns>Whether it is here.</returns>
    public async Task<bool> OweAsync(ConversationId id, IReadOnlyList<Guid> entries, CancellationToken cancellationToken)
    {
        var conversation = conversations.Get(id);
        await conversation.Opened;
        if (conversation.Owe(entries).Count < entries.Count)
        {
            foreach (var shared in conversation.Recorders.OfType<SharedConversation>())
            {
                await shared.MendAsync(cancellationToken);
            }
        }

        if (conversation.Owe(entries).Count == 0)
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
            typist.Say(conversation, chatEvent.Text);
            return null;
        }

        if (conversation.IsPaused)
        {
            metrics.Suppressed(Suppression.Paused, 1);
            LogUncommented(conversation.Id, Suppression.Paused);
            return null;
        }

        var text = TextCut.WithQuotations(chatEvent.Text, options.Value.Limits.EventCharacters);
        if (chatEvent.Lane is ChatLane.Note)
        {
            conversation.Say(EntryRole.Event, text, kind: chatEvent.Kind);
            return null;
        }

        var drawn = schedule.Draws();
        var entry = conversation.Say(EntryRole.Event, text, wantsAnswer: drawn, chatEvent.Kind);
        if (drawn)
        {
            Announce(conversation);
            return entry;
        }

        metrics.Suppressed(Suppression.Chance, 1);
        LogUncommented(conversation.Id, Suppression.Chance);
        return null;
    }

    /// <summary>Puts what a person typed into the conversation; one message sent twice by the page is heard once.</summary>
    public void Hear(ConversationId id, string text, string? messageId) => Hear(conversations.Get(id), text, messageId);

    /// <summary>The same, for whoever tells the page that its message was taken.</summary>
    /// <returns>Whether it was taken, once it is stored or that has taken too long; not where the conversation was deleted.</returns>
    public async Task<bool> HearAsync(ConversationId id, string text, string? messageId)
    {
        var conversation = conversations.Get(id);
        Hear(conversation, text, messageId);
        await ConversationKeeper.StoredAsync(conversation);
        return !conversation.IsGone;
    }

    /// <summary>Stops what is being said in a conversation.</summary>
    public void Stop(ConversationId id) => conversations.Get(id).Stop();

    /// <summary>Has the newest answer of a conversation given once more; nothing happens where the page means another one.</summary>
    public void AskAgain(ConversationId id, Guid answer)
    {
        if (AskAgainHere(id, answer))
        {
            return;
        }

        var conversation = conversations.Get(id);
        if (conversation.Recorders.OfType<SharedConversation>().Any(shared => !shared.AskAgain(answer)) && conversation.AskAgainInstead(answer))
        {
            Announce(conversation);
        }
    }

    /// <summary>The same where another node was asked.</summary>
    /// <returns>Whether it is an answer of this node that can be given once more.</returns>
    public bool AskAgainHere(ConversationId id, Guid answer)
    {
        var conversation = conversations.Get(id);
        var again = conversation.AskAgain(answer);
        if (again)
        {
            Announce(conversation);
        }

        return again;
    }

    private void Hear(Conversation conversation, string text, string? messageId)
    {
        if (conversation.Hear(text, messageId))
        {
            Announce(conversation);
        }
    }

    private void Announce(Conversation conversation)
    {
        if (conversation.TryRouse())
        {
            _due.Writer.TryWrite(conversation);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "An event in conversation {Conversation} stays without a comment: {Reason}.")]
    private partial void LogUncommented(ConversationId conversation, Suppression reason);
}
