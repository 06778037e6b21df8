using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;

namespace Pipulate.Commentary;

/// <summary>
/// The way into the conversations. What comes is put into its conversation at once, in order, so nothing waits here but the word
/// that an answer is due: one per conversation, however much came.
/// </summary>
internal sealed class ChatQueue(ConversationDirectory conversations, IOptions<PipulateOptions> options) : IChatQueue
{
    private readonly Channel<Conversation> _due =
        Channel.CreateUnbounded<Conversation>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Conversations in which an answer is due. A conversation stands here once until <see cref="Conversation.TryRest"/> lets it go.</summary>
    public ChannelReader<Conversation> Due => _due.Reader;

    public ValueTask EnqueueAsync(ChatEvent chatEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(chatEvent);
        if (chatEvent.Conversation == default)
        {
            throw new ArgumentException("The event names no conversation.", nameof(chatEvent));
        }

        ArgumentException.ThrowIfNullOrWhiteSpace(chatEvent.Text, nameof(chatEvent));
        Enqueue(chatEvent);
        return ValueTask.CompletedTask;
    }

    public void Enqueue(ChatEvent chatEvent)
    {
        var conversation = conversations.Get(chatEvent.Conversation);
        if (chatEvent.Lane is ChatLane.Say)
        {
            conversation.Say(EntryRole.Assistant, chatEvent.Text);
            return;
        }

        conversation.Say(EntryRole.Event, Cut(chatEvent.Text, options.Value.Limits.EventCharacters), wantsAnswer: chatEvent.Lane is ChatLane.Comment);
        if (chatEvent.Lane is ChatLane.Comment)
        {
            Announce(conversation);
        }
    }

    /// <summary>Puts what a person typed into the conversation; one message sent twice by the page is heard once.</summary>
    public void Hear(ConversationId id, string text, string? messageId)
    {
        var conversation = conversations.Get(id);
        if (conversation.Hear(text, messageId))
        {
            Announce(conversation);
        }
    }

    private static string Cut(string text, int longest) =>
        text.Length <= longest ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest), "…");

    private void Announce(Conversation conversation)
    {
        if (conversation.TryRouse())
        {
            _due.Writer.TryWrite(conversation);
        }
    }
}
