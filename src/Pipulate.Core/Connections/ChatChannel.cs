using System.Text;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Localization;
using Pipulate.Storage;

namespace Pipulate.Connections;

internal sealed class ChatChannel(ConversationCache conversations, ConnectionRegistry registry, TextPacer typist) : IChatChannel
{
    /// <summary>Allows four fragments of the largest size in the queue of a page.</summary>
    public const int LongestFragment = FragmentQueue.CapacityBytes / 4;

    /// <summary>Caps how many conversations are opened together that only other nodes have in memory.</summary>
    private const int OpenedAtOnce = 50;

    public async Task SayAsync(ChatAudience audience, string text, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        foreach (var batch in ConversationsOf(audience).Chunk(OpenedAtOnce))
        {
            foreach (var conversation in batch)
            {
                typist.AddMessage(conversation, text);
            }

            await OpenAsync(batch, cancellationToken);
        }
    }

    public async Task StreamAsync(ChatAudience audience, IAsyncEnumerable<string> chunks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(chunks);
        var answers = new List<(Conversation Conversation, ConversationEntry Entry)>();
        void End(EntryState state, TextKey? why = null)
        {
            foreach (var (conversation, entry) in answers)
            {
                conversation.End(entry, state, why is { } label ? conversation.Texts[label] : null);
            }
        }

        try
        {
            foreach (var batch in ConversationsOf(audience).Chunk(OpenedAtOnce))
            {
                answers.AddRange(batch.Select(conversation => (conversation, conversation.BeginMessage())));
                await OpenAsync(batch, cancellationToken);
            }

            await foreach (var chunk in chunks.WithCancellation(cancellationToken))
            {
                // A source may never look at its token.
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var (conversation, entry) in answers)
                {
                    conversation.Append(entry, chunk);
                }
            }

            End(EntryState.Complete);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            End(EntryState.Stopped, TextKey.Stopped);
            throw;
        }
        catch
        {
            End(EntryState.Failed, TextKey.SourceFailed);
            throw;
        }
    }

    public IChatProgress BeginProgress(ChatAudience audience, string label)
    {
        ArgumentException.ThrowIfNullOrEmpty(label);
        return new ChatProgress([.. ConversationsOf(audience).Select(conversation => (conversation, conversation.BeginProgress(label)))]);
    }

    public Task SendAsync(ChatAudience audience, string fragment, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(fragment);
        if (fragment is not ['<', var first, ..]
            || !char.IsAsciiLetter(first)
            || !fragment.Contains("hx-swap-oob", StringComparison.Ordinal))
        {
            throw new ArgumentException(
                "A fragment begins with an element that has an id and an hx-swap-oob: htmx 4 would put anything else in the place of "
                    + "the whole chat panel.", nameof(fragment));
        }

        var bytes = Encoding.UTF8.GetBytes(fragment);
        if (bytes.Length > LongestFragment)
        {
            throw new ArgumentException($"A fragment has at most {LongestFragment} bytes; this one has {bytes.Length}.", nameof(fragment));
        }

        registry.Send(audience, bytes);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Enumerates the conversations of an audience. Those that only pages of other nodes show are opened as they are reached.
    /// </summary>
    private IEnumerable<Conversation> ConversationsOf(ChatAudience audience) => audience switch
    {
        { Kind: AudienceKind.Conversation, Name: { } name } => [conversations.Get(new ConversationId(name))],
        _ => registry.GetConnections(audience).Select(page => page.Conversation).Distinct().Select(conversations.Get),
    };

    /// <summary>Waits for a batch of conversations to load, so that the store is not asked for all of them at once.</summary>
    private static Task OpenAsync(Conversation[] batch, CancellationToken cancellationToken) =>
        batch.Length < OpenedAtOnce
            ? Task.CompletedTask
            : Task.WhenAll(batch.Select(conversation => conversation.Loaded)).WaitAsync(cancellationToken);
}
