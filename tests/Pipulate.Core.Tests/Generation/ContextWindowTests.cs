using Microsoft.Extensions.AI;
using Pipulate.Conversations.History;
using Pipulate.Generation;

namespace Pipulate.Tests.Generation;

public class ContextWindowTests
{
    private static readonly ChatMessage SystemMessage = new(ChatRole.System, new string('s', 368));

    private readonly PipulateLimits _limits = new();

    [Fact]
    public void Window_NobodyKnows_IsAssumed()
    {
        var context = new ContextWindow(_limits, null, TimeProvider.System);

        Assert.Equal((ContextWindow.AssumedTokens, 1_024), (context.Window, context.AnswerTokens));
    }

    [Theory]
    [InlineData(0, null, 8_192, 8_192)]
    [InlineData(0, null, 262_144, ContextWindow.MaxUnasked)]
    [InlineData(200_000, null, 262_144, 200_000)]
    [InlineData(6_000, null, 8_192, 6_000)]
    [InlineData(16_000, null, 8_192, 8_192)]
    [InlineData(6_000, null, null, 6_000)]
    [InlineData(0, 131_072, null, 131_072)]
    [InlineData(6_000, 131_072, null, 6_000)]
    [InlineData(0, null, 0, ContextWindow.AssumedTokens)]
    public void Window_WhatIsKnown_IsUsedAsFarAsTheApplicationWants(int limit, int? configured, int? said, int expected)
    {
        _limits.ContextTokens = limit;
        var context = new ContextWindow(_limits, configured, TimeProvider.System);
        if (configured is null && context.TryProbe())
        {
            context.NoteWindow(said);
        }

        Assert.Equal(expected, context.Window);
    }

    [Theory]
    [InlineData(1_024, 4_096, 1_024)]
    [InlineData(1_024, 1_000, 500)]
    [InlineData(8_000, 4_096, 2_048)]
    public void AnswerTokens_KnownWindow_LeavesHalfOfItForWhatIsTold(int limit, int window, int expected)
    {
        _limits.AnswerTokens = limit;

        Assert.Equal(expected, new ContextWindow(_limits, window, TimeProvider.System).AnswerTokens);
    }

    [Fact]
    public void AnswerTokens_NoKnownWindow_IsWhatIsConfigured()
    {
        _limits.AnswerTokens = 8_000;

        Assert.Equal(8_000, new ContextWindow(_limits, null, TimeProvider.System).AnswerTokens);
    }

    [Fact]
    public void Budget_Window_LeavesRoomForTheSystemMessageAndTheAnswer()
    {
        var budget = new ContextWindow(_limits, 5_024, TimeProvider.System).Budget(SystemMessage);

        // 4,000 tokens beside the answer, and 100 of the system message.
        Assert.Equal((3_400 - 100, 2_000 - 100), (budget.Most, budget.Kept));
    }

    [Theory]
    [InlineData(2.5)]
    [InlineData(3.3)]
    [InlineData(5.5)]
    public void Learn_AnswersThatCountTheirPrompts_ConvergesToTheirTokenizer(double charactersPerToken)
    {
        var random = new Random(3);
        var context = new ContextWindow(_limits, 16_384, TimeProvider.System);
        for (var turn = 0; turn < 20; turn++)
        {
            var request = Request(random.Next(2, 30), random.Next(50, 200));
            Assert.False(context.Calibrate(request, Usage(Count(request, charactersPerToken * (0.9 + (random.NextDouble() / 5))))));
        }

        Assert.InRange(context.Estimate.CharactersPerToken, charactersPerToken * 0.92, charactersPerToken * 1.08);
        var next = Request(40, 300);
        Assert.InRange(context.Estimate.Of(next) / (double)Count(next, charactersPerToken), 0.92, 1.08);
    }

    [Theory]
    [InlineData(0.5, 1.5)]
    [InlineData(20, 6)]
    public void Learn_WhatCannotBe_StaysWithinBounds(double charactersPerToken, double expected)
    {
        var context = new ContextWindow(_limits, 16_384, TimeProvider.System);
        for (var turn = 0; turn < 5; turn++)
        {
            context.Calibrate(Request(10, 400), Usage(Count(Request(10, 400), charactersPerToken)));
        }

        Assert.Equal(expected, context.Estimate.CharactersPerToken, 0.01);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(5)]
    public void Learn_NoCountThatSaysAnything_LeavesTheEstimate(int? read)
    {
        var context = new ContextWindow(_limits, 16_384, TimeProvider.System);

        Assert.False(context.Calibrate(Request(10, 400), Usage(read)));
        Assert.Equal(4, context.Estimate.CharactersPerToken);
    }

    [Fact]
    public void Learn_ServerWithASmallerWindowThanAssumed_IsSeenAndDoesNotSpoilTheEstimate()
    {
        // It has 2,048 tokens, says so nowhere, and leaves out what does not fit.
        var context = new ContextWindow(_limits, null, TimeProvider.System);
        var seen = 0;
        for (var messages = 2; messages <= 26; messages++)
        {
            var request = Request(messages, 368);
            seen += context.Calibrate(request, Usage(Math.Min(Count(request, 4), 2_000))) ? 1 : 0;
        }

        Assert.InRange(seen, 1, 6);
        Assert.Equal(4, context.Estimate.CharactersPerToken, 0.01);
        Assert.True(context.TryProbe());
    }

    [Fact]
    public void Learn_PromptAndAnswerFillTheWindow_SaysThatTheServerCut()
    {
        var context = new ContextWindow(_limits, 1_000, TimeProvider.System);

        Assert.False(context.Calibrate(Request(6, 400), Usage(640, 359)));
        Assert.True(context.Calibrate(Request(6, 400), Usage(640, 360)));
    }

    [Fact]
    public void TryAsk_OnceUnlessNobodyAnswered()
    {
        var context = new ContextWindow(_limits, null, TimeProvider.System);

        Assert.True(context.TryProbe());
        Assert.False(context.TryProbe());
        context.NoteWindow(null);
        Assert.True(context.TryProbe());
        context.NoteWindow(0);
        Assert.False(context.TryProbe());
        Assert.False(new ContextWindow(_limits, 8_192, TimeProvider.System).TryProbe());
    }

    [Fact]
    public void Refuse_BeforeAnythingWasMeasured_GivesHalfAndBelievesTheWindow()
    {
        var context = new ContextWindow(_limits, 4_096, TimeProvider.System);
        var budget = context.Shrink(Request(20, 368), SystemMessage);

        Assert.Equal((900, 900, 4_096), (budget.Most, budget.Kept, context.Window));
    }

    [Fact]
    public void Refuse_MeasuredEstimate_TakesTheWindowForSmallerAndAsksAgain()
    {
        var context = new ContextWindow(_limits, null, TimeProvider.System);
        Assert.True(context.TryProbe());
        context.NoteWindow(8_192);
        context.Calibrate(Request(10, 368), Usage(1_000));

        context.Shrink(Request(30, 368), SystemMessage);

        Assert.Equal(3_000, context.Window);
        Assert.True(context.TryProbe());
        context.NoteWindow(4_096);
        Assert.Equal(4_096, context.Window);
    }

    [Fact]
    public void Refuse_SmallRequest_DoesNotShrinkTheWindowToIt()
    {
        var context = new ContextWindow(_limits, null, TimeProvider.System);
        context.Calibrate(Request(2, 368), Usage(200));

        context.Shrink(Request(2, 368), SystemMessage);

        Assert.Equal((ContextWindow.MinTokens, 256), (context.Window, context.AnswerTokens));
    }

    [Fact]
    public void Refuse_AfterAWhile_IsForgotten()
    {
        var time = new ManualTime();
        var context = new ContextWindow(_limits, null, time);
        context.Calibrate(Request(10, 368), Usage(1_000));
        context.Shrink(Request(10, 368), SystemMessage);
        Assert.Equal((1_000, 500), (context.Window, context.AnswerTokens));

        time.Advance(ContextWindow.ProbeInterval);

        Assert.Equal((ContextWindow.AssumedTokens, 1_024), (context.Window, context.AnswerTokens));
    }

    [Fact]
    public void Refuse_MoreHasFittedSince_IsForgotten()
    {
        var context = new ContextWindow(_limits, null, new ManualTime());
        context.Calibrate(Request(10, 368), Usage(1_000));
        context.Shrink(Request(10, 368), SystemMessage);

        context.Calibrate(Request(11, 368), Usage(1_100));

        Assert.Equal(ContextWindow.AssumedTokens, context.Window);
    }

    private static List<ChatMessage> Request(int messages, int length) =>
        [.. Enumerable
            .Range(0, messages)
            .Select(index => new ChatMessage(index % 2 == 0 ? ChatRole.User : ChatRole.Assistant, new string('x', length)))];

    private static int Count(List<ChatMessage> request, double charactersPerToken) => new TokenEstimate(charactersPerToken).Of(request);

    private static UsageDetails Usage(long? read, long written = 1) => new() { InputTokenCount = read, OutputTokenCount = written };
}
