using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Pipulate.Conversations.Entries;

namespace Pipulate.Conversations;

/// <summary>
/// Types texts out, a word at a time, where the application wants that: what is said, and the answers of models that speak in lumps.
/// Without a delay all of it passes as it is.
/// </summary>
/// <param name="delay">How long a word takes; zero for no typing.</param>
/// <param name="time">The clock.</param>
/// <param name="stopping">Ends the typing: what is left is said at once.</param>
internal sealed class TextPacer(TimeSpan delay, TimeProvider time, CancellationToken stopping)
{
    /// <summary>A longer text is typed faster, for nobody watches a page being typed for a minute.</summary>
    private static readonly TimeSpan LongestText = TimeSpan.FromSeconds(10);

    /// <summary>How far behind the model the typing may be.</summary>
    private static readonly TimeSpan LongestLump = TimeSpan.FromSeconds(1);

    /// <summary>Not every script has spaces between its words.</summary>
    private const int LongestWord = 12;

    private readonly Task _stopped = Task.Delay(Timeout.InfiniteTimeSpan, time, stopping);
    private readonly ConditionalWeakTable<Conversation, Line> _lines = [];

    /// <summary>Says a text. Its entry begins at once; where another text is still being typed, its words come after those.</summary>
    public void AddMessage(Conversation conversation, string text)
    {
        if (delay == TimeSpan.Zero)
        {
            conversation.AddMessage(EntryRole.Assistant, text);
            return;
        }

        var line = _lines.GetOrCreateValue(conversation);
        lock (line)
        {
            // Nobody awaits it: nothing in it throws, and the next text waits for it.
            line.Last = TypeAsync(line.Last, conversation, conversation.BeginMessage(), text);
        }
    }

    /// <summary>Spreads the words of each lump over the time until the next one comes, but at most over a second.</summary>
    public IAsyncEnumerable<ChatResponseUpdate> Pace(IAsyncEnumerable<ChatResponseUpdate> updates, CancellationToken cancellationToken) =>
        delay == TimeSpan.Zero ? updates : PaceAsync(updates, cancellationToken);

    private async Task TypeAsync(Task before, Conversation conversation, ConversationEntry entry, string text)
    {
        await before;
        var words = Words(text);
        var pace = DelayFor(words.Count, LongestText);
        foreach (var (index, word) in words.Index())
        {
            conversation.Append(entry, word.Span);
            if (index < words.Count - 1 && !_stopped.IsCompleted)
            {
                await Task.WhenAny(_stopped, Task.Delay(pace, time, CancellationToken.None));
            }
        }

        conversation.End(entry, EntryState.Complete);
    }

    private async IAsyncEnumerable<ChatResponseUpdate> PaceAsync(
        IAsyncEnumerable<ChatResponseUpdate> updates, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var coming = updates.GetAsyncEnumerator(leaving.Token);
        var next = coming.MoveNextAsync().AsTask();
        try
        {
            while (await next)
            {
                var update = coming.Current;
                next = coming.MoveNextAsync().AsTask();
                if (update.Contents is not [TextContent { Text.Length: > 0 } content] || Words(content.Text) is not { Count: > 1 } words)
                {
                    yield return update;
                    continue;
                }

                var pace = DelayFor(words.Count, LongestLump);
                foreach (var (index, word) in words.Index())
                {
                    var isLast = index == words.Count - 1;
                    yield return new ChatResponseUpdate(update.Role, word.ToString())
                    {
                        ModelId = update.ModelId,
                        MessageId = update.MessageId,
                        ResponseId = update.ResponseId,
                        FinishReason = isLast ? update.FinishReason : null,
                    };
                    if (!next.IsCompleted)
                    {
                        await Task.WhenAny(next, Task.Delay(pace, time, cancellationToken));
                    }
                }
            }
        }
        finally
        {
            // A stream must not be left while it moves.
            await leaving.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private TimeSpan DelayFor(int words, TimeSpan longest) => delay * words <= longest ? delay : longest / words;

    /// <summary>Each word with the space behind it.</summary>
    private static List<ReadOnlyMemory<char>> Words(string text)
    {
        var words = new List<ReadOnlyMemory<char>>();
        var start = 0;
        for (var i = 1; i <= text.Length; i++)
        {
            if (i == text.Length || i - start == LongestWord || (char.IsWhiteSpace(text[i - 1]) && !char.IsWhiteSpace(text[i])))
            {
                words.Add(text.AsMemory(start, i - start));
                start = i;
            }
        }

        return words;
    }

    private sealed class Line
    {
        public Task Last { get; set; } = Task.CompletedTask;
    }
}
