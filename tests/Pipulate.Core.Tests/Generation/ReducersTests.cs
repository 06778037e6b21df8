using Microsoft.Extensions.AI;
using Pipulate.Tests.Conversations;

#pragma warning disable MEAI001 // The reducers of Microsoft.Extensions.AI are marked as experimental.

namespace Pipulate.Tests.Generation;

/// <summary>
/// The reducers of Microsoft.Extensions.AI itself, over conversations of twenty questions and answers (docs/window.md has the figures).
/// </summary>
public sealed class ReducersTests : IAsyncDisposable
{
    private const int Turns = 20;

    private readonly CommentaryHouse _house = new();
    private readonly List<IReadOnlyList<ChatMessage>> _requests = [];
    private readonly ScriptedChatClient _summarizer = new("They talked.");

    public async ValueTask DisposeAsync()
    {
        _summarizer.Dispose();
        await _house.DisposeAsync();
    }

    [Fact]
    public async Task SummarizingReducer_OverALongConversation_AsksForASummaryOnlyWhenItIsFull()
    {
        _house.Reducer = new SummarizingChatReducer(_summarizer, targetCount: 6, threshold: 6);
        await _house.StartAsync();

        await TalkAsync("a");

        // More than 12 messages are cut to 6 or 7, and grow by two with each question.
        Assert.Equal(5, _summarizer.Requests.Count);
        Assert.Contains("They talked.", string.Concat(_requests[^1].Select(message => message.Text)), StringComparison.Ordinal);
        Assert.Equal(Turns - 1 - 5, BegunAlike());
    }

    [Fact]
    public async Task SummarizingReducer_WhenAnEventIsForgotten_SummarizesWithoutIt()
    {
        _house.Reducer = new SummarizingChatReducer(_summarizer, targetCount: 2, threshold: 2);
        await _house.StartAsync();
        await _house.Happen("a", "They bought a secret.");
        await AnswerAsync("a");
        await TalkAsync("a", turns: 4);
        var before = _summarizer.Requests.Count;
        Assert.Contains(_summarizer.Requests[0].Messages, message => message.Text.Contains("secret", StringComparison.Ordinal));

        _house["a"].ForgetEvents();
        await TalkAsync("a", turns: 1);

        Assert.Equal(before + 1, _summarizer.Requests.Count);
        Assert.All(_summarizer.Requests[^1].Messages, message =>
        {
            Assert.DoesNotContain("secret", message.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("They talked.", message.Text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task CountingReducer_OverALongConversation_ChangesTheBeginningOfEachRequest()
    {
        _house.Reducer = new MessageCountingChatReducer(6);
        await _house.StartAsync();

        await TalkAsync("a");

        Assert.Equal(2, BegunAlike());
    }

    /// <summary>How many requests begin with all of the one before, so that a server reads on from there.</summary>
    private int BegunAlike() => _requests.Zip(_requests.Skip(1))
        .Count(pair => pair.Second.Count > pair.First.Count
            && pair.First.Zip(pair.Second).All(both => both.First.Text == both.Second.Text && both.First.Role == both.Second.Role));

    private async Task TalkAsync(string conversation, int turns = Turns)
    {
        for (var turn = 1; turn <= turns; turn++)
        {
            _house.Type(conversation, $"question {_requests.Count + 1}.");
            await AnswerAsync(conversation);
        }
    }

    private async Task AnswerAsync(string conversation)
    {
        var call = await _house.Client.NextRequestAsync();
        _requests.Add(call.Messages);
        var answer = $"answer {_requests.Count}.";
        call.Finish(answer);
        await _house[conversation].UntilAsync(entries => entries.Any(entry =>
            entry is { Role: EntryRole.Assistant, State: EntryState.Complete } && entry.Text.ToString() == answer));
    }
}
