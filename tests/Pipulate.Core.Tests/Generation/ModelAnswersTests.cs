using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Pipulate.Tests.Conversations;

namespace Pipulate.Tests.Generation;

/// <summary>What becomes of what any model's client says, from its updates to the entry.</summary>
public sealed class ModelAnswersTests : IAsyncLifetime
{
    private readonly CommentaryHouse _house = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Theory]
    [InlineData("length", "Cut off: the answer reached the length that the model may write.")]
    [InlineData("MAX_TOKENS", "Cut off: the answer reached the length that the model may write.")]
    [InlineData("content_filter", "Cut off: a content filter of the model's server ended the answer.")]
    public async Task Answer_CutShort_SaysSoBelowIt(string reason, string sentence)
    {
        foreach (var delay in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromTicks(1)])
        {
            await using var house = new CommentaryHouse();
            house.Options.TypingDelay = delay;
            var answer = await AskAsync(house);
            answer.Send(new ChatResponseUpdate(ChatRole.Assistant, "It") { FinishReason = new ChatFinishReason(reason) });
            answer.Fail();

            await EndedAsync(house);
            Assert.Equal(["Assistant/Stopped: It"], house["a"].Shown()[1..]);
            Assert.Equal(sentence, house["a"].Look(entries => entries[^1].Reason));
        }
    }

    [Fact]
    public async Task Comment_FilteredBeforeItsFirstWord_DoesNotVanish()
    {
        await _house.StartAsync();
        await _house.Happen("a", "thing");
        var comment = await _house.Client.NextRequestAsync();
        comment.Send(new ChatResponseUpdate { FinishReason = ChatFinishReason.ContentFilter });
        comment.Fail();

        await EndedAsync(_house);
        Assert.Equal(["Assistant/Stopped: "], _house["a"].Shown());
    }

    [Theory]
    [InlineData("")]
    [InlineData("It r")]
    public async Task Comment_ErrorContentThenStop_IsFailedWithItsText(string said)
    {
        await _house.StartAsync();
        await _house.Happen("a", "thing");
        var comment = await _house.Client.NextRequestAsync();
        comment.Say(said);
        comment.Send(new ChatResponseUpdate(ChatRole.Assistant, [new ErrorContent("The weather service is closed.")]));
        comment.Finish();

        await EndedAsync(_house);
        Assert.Equal([$"Assistant/Failed: {said}"], _house["a"].Shown());
        Assert.EndsWith("The weather service is closed.", _house["a"].Look(entries => entries[^1].Reason), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("  \n")]
    [InlineData("\u200B")]
    [InlineData("\uFEFF")]
    public async Task Answer_OfNothingThatCanBeSeen_IsAnEmptyOne(string blank)
    {
        var answer = await AskAsync(_house);
        answer.Say(blank);
        answer.Finish(blank);

        await EndedAsync(_house);
        Assert.Equal("Assistant/Failed: ", _house["a"].Shown()[^1]);
        Assert.StartsWith("The model had nothing to say.", _house["a"].Look(entries => entries[^1].Reason), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_ClosingTagAlone_BecomesReasoningAndTheRestIsTheAnswer()
    {
        var answer = await AskAsync(_house);
        answer.Say("They want ");
        answer.Say("rain.");
        await _house["a"].UntilAsync(entries => entries[^1].Text.ToString() == "They want rain.");
        answer.Say("\n</th");
        answer.Finish("ink>\n\nIt rains.");

        await EndedAsync(_house);
        Assert.Equal("Assistant/Complete: It rains.", _house["a"].Shown()[^1]);
        Assert.Equal("They want rain.\n", _house["a"].Look(entries => entries[^1].Reasoning?.ToString()));
    }

    [Fact]
    public async Task Answer_PictureOnly_SaysThatItIsNotShown()
    {
        var answer = await AskAsync(_house);
        answer.Send(new ChatResponseUpdate(ChatRole.Assistant, [new DataContent(new byte[] { 1 }, "image/png")]));
        answer.Finish();

        await EndedAsync(_house);
        Assert.Equal("A part of the answer is not text and is not shown.", _house["a"].Look(entries => entries[^1].Reason));
    }

    [Fact]
    public async Task Answer_WithTools_LearnsFromTheRequestThatReadWhatItWasTold()
    {
        var answer = await AskAsync(_house);
        answer.Say("Let me look.");
        answer.Call("look");
        answer.Send(new ChatResponseUpdate(ChatRole.Assistant, [
            new UsageContent(new UsageDetails { InputTokenCount = 300, OutputTokenCount = 5 })
        ])
        { FinishReason = ChatFinishReason.ToolCalls });
        answer.Send(new ChatResponseUpdate(ChatRole.Tool, [new FunctionResultContent("c", new string('x', 4_000))]));
        answer.Finish("It rains.", new UsageDetails { InputTokenCount = 4_200, OutputTokenCount = 9 });

        await EndedAsync(_house);
        Assert.Equal("Assistant/Complete: Let me look.\n\nIt rains.", _house["a"].Shown()[^1]);
        await _house.StopAsync();
        Assert.Empty(_house.RequestLog[LogLevel.Warning]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(429)]
    [InlineData(400)]
    public async Task RateLimit_ThatSpeaksOfTokens_IsNoOverflow(int? status)
    {
        await _house.StartAsync();
        for (var turn = 0; turn < 3; turn++)
        {
            _house.Type("a", $"question {turn}");
            var request = await _house.Client.NextRequestAsync();
            Assert.Equal(1_024, request.Options!.MaxOutputTokens);
            if (turn == 1)
            {
                request.Fail(new HttpRequestException("Too many tokens, please wait before trying again.", null, (HttpStatusCode?)status));
                await _house["a"].UntilAsync(entries => entries[^1].State is EntryState.Failed);
                Assert.Contains("in a moment", _house["a"].Look(entries => entries[^1].Reason), StringComparison.Ordinal);
            }
            else
            {
                request.Finish("x", read: 300);
                await EndedAsync(_house);
            }
        }

        Assert.Equal(0, _house.Meter["pipulate.history.cuts refused"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reducer_ThatHangsOrFails_IsLeftOut(bool hangs)
    {
        _house.Reducer = new Broken(hangs);
        await _house.StartAsync();
        _house.Type("a", "hello");
        if (hangs)
        {
            await _house.Time.WaitForTimerAsync(_house.Options.Limits.Idle);
            _house.Time.Advance(_house.Options.Limits.Idle);
        }

        var request = await _house.Client.NextRequestAsync();
        Assert.Equal(["user: hello"], request.Told);
        request.Finish("Hi.");
        await EndedAsync(_house);
        Assert.StartsWith(
            "The chat reducer failed in conversation a", Assert.Single(_house.RequestLog[LogLevel.Warning]), StringComparison.Ordinal);
    }

    private static async Task<ScriptedRequest> AskAsync(CommentaryHouse house)
    {
        await house.StartAsync();
        house.Type("a", "Will it rain?");
        return await house.Client.NextRequestAsync();
    }

    private static Task EndedAsync(CommentaryHouse house) =>
        house["a"].UntilAsync(entries => entries[^1] is { Role: EntryRole.Assistant, Withdrawn: false, State: not EntryState.Streaming });

    private sealed class Broken(bool hangs) : IChatReducer
    {
        public Task<IEnumerable<ChatMessage>> ReduceAsync(IEnumerable<ChatMessage> messages, CancellationToken cancellationToken) =>
            hangs ? new TaskCompletionSource<IEnumerable<ChatMessage>>().Task : throw new InvalidOperationException("x");
    }
}
