using Microsoft.Extensions.AI;
using Pipulate.Tests.Conversations;

namespace Pipulate.Tests.Generation;

public sealed class ReplySchedulerTests : IAsyncLifetime
{
    private readonly CommentaryHouse _house = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task Event_ModelSpeaks_TheCommentGrowsAndEnds()
    {
        await _house.StartAsync();
        await _house.Happen("a", "They added \"Milk\".");
        var call = await _house.Client.NextRequestAsync();
        call.Say("How ");
        await _house["a"].UntilAsync(entries => entries[^1].Text.ToString() == "How " && entries[^1].State is EntryState.Streaming);
        call.Finish("nice.");
        await EndedAsync("a");

        Assert.Equal(["Assistant/Complete: How nice."], _house["a"].Shown());
        Assert.Equal(["user: [event] They added \"Milk\"."], call.Told);
        Assert.StartsWith(_house.Options.Persona, call.Messages[0].Text, StringComparison.Ordinal);
        Assert.Equal((ChatRole.System, _house.Options.Limits.AnswerTokens), (call.Messages[0].Role, call.Options!.MaxOutputTokens));
        Assert.Equal("Model: scripted", _house.Status.Read().Text);
    }

    [Fact]
    [Trait("Row", "S-49")]
    public async Task Events_InOneConversation_AreAnsweredOneAfterTheOther()
    {
        await _house.StartAsync();
        await _house.Happen("a", "one");
        var first = await _house.Client.NextRequestAsync();
        await _house.Happen("a", "two");
        await _house.Happen("a", "three");
        Assert.False(_house.Client.TryNextRequest(out _));
        Assert.Equal(1, _house.Client.Running);
        first.Finish("First.");

        var second = await _house.Client.NextRequestAsync();
        Assert.Equal(["user: [event] one", "assistant: First.", "user: [event] two\n[event] three"], second.Told);
        second.Finish("Second.");
        await _house["a"].UntilAsync(entries => entries[^1].Text.ToString() == "Second.");
        await _house.StopAsync();
        Assert.False(_house.Client.TryNextRequest(out _));
    }

    [Fact]
    [Trait("Row", "S-49")]
    public async Task Events_InManyConversations_AtMostTheLimitAtOnceAndInOrder()
    {
        _house.Options.Limits.Generations = 2;
        await _house.StartAsync();
        foreach (var name in (string[])["a", "b", "c"])
        {
            await _house.Happen(name, name);
        }

        var calls = new[] { await _house.Client.NextRequestAsync(), await _house.Client.NextRequestAsync() };
        Assert.Equal(["user: [event] a", "user: [event] b"], calls.Select(call => call.Told[0]).Order());
        Assert.False(_house.Client.TryNextRequest(out _));

        // What comes while all places are taken is answered together.
        await _house.Happen("c", "more");
        calls[0].Finish("x");
        var third = await _house.Client.NextRequestAsync();
        Assert.Equal(["user: [event] c\n[event] more"], third.Told);
        Assert.Equal(2, _house.Client.Running);
        calls[1].Finish("y");
        third.Finish("z");
        await EndedAsync("c");
    }

    [Fact]
    public async Task Message_WhileACommentHasSaidNothing_TheCommentMakesWay()
    {
        await _house.StartAsync();
        await _house.Happen("a", "thing");
        var comment = await _house.Client.NextRequestAsync();
        _house.Type("a", "And I?");
        await comment.GivenUpAsync();
        var answer = await _house.Client.NextRequestAsync();
        Assert.Equal(["user: [event] thing", "user: And I?"], answer.Told);
        answer.Finish("You too.");
        await EndedAsync("a");

        Assert.Equal(["User/Complete: And I?", "Assistant/Complete: You too."], _house["a"].Shown());
    }

    [Fact]
    public async Task Message_WhileACommentSpeaks_WaitsForItsEnd()
    {
        await _house.StartAsync();
        await _house.Happen("a", "thing");
        var comment = await _house.Client.NextRequestAsync();
        comment.Say("Well");
        await _house["a"].UntilAsync(entries => entries[^1].Text.Length > 0);
        _house.Type("a", "And I?");
        Assert.False(comment.IsGivenUp);
        comment.Finish(", well.");

        var answer = await _house.Client.NextRequestAsync();
        Assert.Equal(["user: [event] thing", "assistant: Well, well.", "user: And I?"], answer.Told);
        answer.Finish("x");
        await EndedAsync("a");
    }

    [Fact]
    public async Task Message_WhileAnotherIsAnswered_DoesNotEndThatAnswer()
    {
        await _house.StartAsync();
        _house.Type("a", "first");
        var first = await _house.Client.NextRequestAsync();
        _house.Type("a", "second");
        Assert.False(first.IsGivenUp);
        first.Finish("1");
        (await _house.Client.NextRequestAsync()).Finish("2");
        await _house["a"].UntilAsync(entries => entries[^1].Text.ToString() == "2");
    }

    [Fact]
    public async Task Answer_FailsInTheMiddle_KeepsItsTextAndTheNextOneWorks()
    {
        await _house.StartAsync();
        await _house.Happen("a", "one");
        var call = await _house.Client.NextRequestAsync();
        call.Say("So fa");
        call.Fail(new HttpRequestException(HttpRequestError.ConnectionError, "The secret key 123 was reset."));
        await EndedAsync("a");

        Assert.Equal(["Assistant/Failed: So fa"], _house["a"].Shown());
        Assert.DoesNotContain("secret", _house["a"].Look(entries => entries[^1].Reason!), StringComparison.Ordinal);
        await _house.Happen("a", "two");
        (await _house.Client.NextRequestAsync()).Finish("Again.");
        await EndedAsync("a");
        Assert.Equal(["Assistant/Failed: So fa", "Assistant/Complete: Again."], _house["a"].Shown());
    }

    [Fact]
    [Trait("Row", "F-06")]
    public async Task Answer_EndsWithoutAFinish_IsFailed()
    {
        await _house.StartAsync();
        _house.Type("a", "hello");
        var call = await _house.Client.NextRequestAsync();
        call.Say("So fa");
        call.Fail(null!);
        await EndedAsync("a");

        Assert.Equal("Assistant/Failed: So fa", _house["a"].Shown()[^1]);
    }

    [Fact]
    public async Task Stopping_WhileItSpeaks_MarksTheAnswerAsStopped()
    {
        await _house.StartAsync();
        _house.Type("a", "hello");
        var call = await _house.Client.NextRequestAsync();
        call.Say("So fa");
        await _house["a"].UntilAsync(entries => entries[^1].Text.Length > 0);
        await _house.StopAsync();

        Assert.Equal("Assistant/Stopped: So fa", _house["a"].Shown()[^1]);
        Assert.Equal("Stopped: the server is restarting.", _house["a"].Look(entries => entries[^1].Reason));
        Assert.True(call.IsGivenUp);
    }

    [Fact]
    [Trait("Row", "S-40")]
    public async Task Requests_OneAfterTheOther_BeginByteForByteAlike()
    {
        await _house.StartAsync();
        var before = "";
        for (var i = 0; i < 12; i++)
        {
            if (i % 3 == 0)
            {
                _house.Type("a", $"question {i}");
            }
            else
            {
                await _house.Happen("a", $"event {i}");
            }

            if (i % 4 == 1)
            {
                await _house.Happen("a", "a note", ChatLane.Note);
                await _house.Happen("a", "a word", ChatLane.Say);
            }

            var call = await _house.Client.NextRequestAsync();
            call.Finish($"answer {i}");
            await _house["a"].UntilAsync(
                entries => entries.Any(entry => entry.Text.ToString() == $"answer {i}" && entry.State is EntryState.Complete));
            var now = string.Join("\u0001", call.Messages.Select(message => $"{message.Role}\u0002{message.Text}"));
            Assert.StartsWith(before, now, StringComparison.Ordinal);
            before = now;
        }
    }

    private Task EndedAsync(string conversation) =>
        _house[conversation].UntilAsync(
            entries => entries[^1] is { Role: EntryRole.Assistant, Withdrawn: false, State: not EntryState.Streaming });
}
