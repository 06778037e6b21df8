using Microsoft.Extensions.AI;

namespace Pipulate.Tests;

public sealed class ScriptedChatClientTests
{
    private static readonly ChatMessage[] Question = [new(ChatRole.System, "Be brief."), new(ChatRole.User, "Well?")];

    [Fact]
    public async Task Answers_OfTheConstructor_ComeInTurnAndTheLastAgain()
    {
        using var model = new ScriptedChatClient("One.", "Two.");

        Assert.Equal("One.", (await model.GetResponseAsync(Question)).Text);
        Assert.Equal("Two.", (await model.GetResponseAsync(Question)).Text);
        Assert.Equal("Two.", (await model.GetResponseAsync(Question)).Text);
        Assert.Equal(3, model.Requests.Count);
        Assert.Equal(["user: Well?"], model.Requests[0].Told);
    }

    [Fact]
    public async Task Answer_TokenByToken_IsTheTextToTheLetter()
    {
        using var model = new ScriptedChatClient("  two\nlines, and 🌅 ");

        var pieces = (await model.GetStreamingResponseAsync(Question).ToListAsync()).Select(update => update.Text).ToList();

        Assert.Equal(["  two", "\nlines,", " and", " 🌅", " ", ""], pieces);
    }

    [Fact]
    public async Task Pace_ByTheClockOfTheTest_HoldsEachTokenBack()
    {
        var time = new ManualTimeProvider();
        using var model = new ScriptedChatClient("one two") { Time = time, Pace = TimeSpan.FromSeconds(1) };
        await using var updates = model.GetStreamingResponseAsync(Question).GetAsyncEnumerator();

        var first = updates.MoveNextAsync();
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(1));
        Assert.False(first.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await first);
        Assert.Equal("one", updates.Current.Text);
    }

    [Fact]
    public async Task Request_DictatedByTheTest_CarriesEverythingThatAModelCanSay()
    {
        using var model = new ScriptedChatClient { Model = "wise" };
        var response = model.GetResponseAsync(Question);
        var request = await model.NextRequestAsync();

        request.Think("Hm.");
        request.Call("look", new Dictionary<string, object?> { ["where"] = "here" });
        request.Say("Well");
        request.Finish(".", new UsageDetails { InputTokenCount = 3, OutputTokenCount = 2 });
        request.Say("This is too late.");

        var answer = await response;
        Assert.Equal("Well.", answer.Text);
        Assert.Equal("wise", answer.ModelId);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal(3, answer.Usage!.InputTokenCount);
        var contents = answer.Messages.SelectMany(message => message.Contents).ToList();
        Assert.Equal("Hm.", contents.OfType<TextReasoningContent>().Single().Text);
        Assert.Equal("here", contents.OfType<FunctionCallContent>().Single().Arguments!["where"]);
    }

    [Fact]
    public async Task Request_ThatFailsOrJustEnds_DoesSoAfterWhatWasSaid()
    {
        using var model = new ScriptedChatClient { Answer = (request, _) => throw new IOException("cut") };
        await Assert.ThrowsAsync<IOException>(() => model.GetResponseAsync(Question));

        model.Answer = (request, _) =>
        {
            request.Say("Half");
            request.Fail();
            return Task.CompletedTask;
        };
        var half = await model.GetResponseAsync(Question);

        Assert.Equal("Half", half.Text);
        Assert.Null(half.FinishReason);
        Assert.Equal(0, model.Running);
    }

    [Fact]
    public async Task Request_ThatIsGivenUp_SaysSoAndCancelsItsCode()
    {
        using var model = new ScriptedChatClient
        {
            Answer = (_, cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken)
        };
        using var giveUp = new CancellationTokenSource();
        var response = model.GetResponseAsync(Question, cancellationToken: giveUp.Token);
        var request = await model.NextRequestAsync();
        Assert.Equal(1, model.Running);

        await giveUp.CancelAsync();

        await request.GivenUpAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => response);
        Assert.False(model.TryNextRequest(out _));
    }

    [Fact]
    public async Task Requests_ManyAtOnce_AreAllAnsweredAndRecorded()
    {
        using var model = new ScriptedChatClient("Yes, all of you.");

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => model.GetResponseAsync(Question))));

        Assert.All(answers, answer => Assert.Equal("Yes, all of you.", answer.Text));
        Assert.Equal(100, model.Requests.Count);
    }
}
