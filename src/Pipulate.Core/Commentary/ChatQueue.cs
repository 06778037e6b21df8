using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;

namespace Pipulate.Commentary;

/// <summary>
/// The way into the conversations. What comes is put into its conversation at once, in order, so nothing waits here but the word
/// that an answer is due: one per conversation, however much came.
/// </summary>
internal sealed partial class ChatQueue(
    ConversationDirectory conversations, CommentSchedule schedule, Typist typist, CommentaryMetrics metrics, IOptions<PipulateOptions> options, ILogger<ChatQueue> logger) : IChatQueue
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
            typist.Say(conversation, chatEvent.Text);
            return;
        }

        if (conversation.IsPaused)
        {
            metrics.Suppressed(Suppression.Paused, 1);
            LogUncommented(conversation.Id, Suppression.Paused);
            return;
        }

        var text = Cut(chatEvent.Text, options.Value.Limits.EventCharacters);
        if (chatEvent.Lane is ChatLane.Note)
        {
            conversation.Say(EntryRole.Event, text, kind: chatEvent.Kind);
            return;
        }

        var drawn = schedule.Draws();
        conversation.Say(EntryRole.Event, text, wantsAnswer: drawn, chatEvent.Kind);
        if (drawn)
        {
            Announce(conversation);
        }
        else
        {
            metrics.Suppressed(Suppression.Chance, 1);
            LogUncommented(conversation.Id, Suppression.Chance);
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

    /// <summary>Stops what is being said in a conversation.</summary>
    public void Stop(ConversationId id) => conversations.Get(id).Stop();

    /// <summary>Has the newest answer of a conversation given once more; nothing happens where the page means another one.</summary>
    public void AskAgain(ConversationId id, int ordinal)
    {
        var conversation = conversations.Get(id);
        if (conversation.AskAgain(ordinal))
        {
            Announce(conversation);
        }
    }

    /// <summary>A cut inside a quoted value closes the quotation: what follows must not be taken for a part of the value, nor the value for what follows.</summary>
    private static string Cut(string text, int longest)
    {
        if (text.Length <= longest)
        {
            return text;
        }

        var kept = text.AsSpan(0, char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest);
        var inside = false;
        var escaped = false;
        foreach (var character in kept)
        {
            inside ^= character == '"' && !escaped;
            escaped = inside && character == '\\' && !escaped;
        }

        return inside ? $"{(escaped ? kept[..^1] : kept)}…\"" : $"{kept}…";
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
