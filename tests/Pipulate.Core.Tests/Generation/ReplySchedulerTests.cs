using Microsoft.Extensions.AI;
using Pipulate.Conversations;
using Pipulate.Models;
using Pipulate.Tests.Conversations;

namespace Pipulate.Tests.Generation;

public sealed class ReplySchedulerTests : IAsyncLifetime
{
    private static readonly ModelFailure Down = new(ModelFailureKind.Unreachable, "No model answers. Start it with: ollama serve");

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
    public async Task Unavailable_NoDemo_IsToldAndTheCommentIsWithdrawn()
    {
        await _house.StartAsync();
        await _house.Happen("a", "one");
        (await _house.Client.NextRequestAsync()).Fail(new HttpRequestException(HttpRequestError.ConnectionError));
        await _house["a"].UntilAsync(entries => entries[^1].Role is EntryRole.Notice);

        Assert.StartsWith("Notice/Complete: No model answers.", Assert.Single(_house["a"].Shown()), StringComparison.Ordinal);
        Assert.StartsWith("No model answers.", _house.Status.Read().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unavailable_ModelThatCanBeAsked_IsAskedBeforeItIsSentARequest()
    {
        _house.Probe.Report = () => new ModelStatus(null, null, Down);
        await _house.StartAsync();
        await _house.Happen("a", "one");
        (await _house.Client.NextRequestAsync()).Fail(new HttpRequestException(HttpRequestError.ConnectionError));
        await _house["a"].UntilAsync(entries => entries[^1].Role is EntryRole.Notice);
        for (var i = 0; i < 3; i++)
        {
            await _house.Happen("a", "again");
            await _house["a"].UntilAsync(entries => entries.Count(entry => entry.Withdrawn) == i + 2);
        }

        await _house.StopAsync();

        Assert.Equal(3, _house.Probe.Times);
        Assert.False(_house.Client.TryNextRequest(out _));
        Assert.Equal(
            1,
            _house["a"].Look(entries => entries.Count(entry => entry.Role is EntryRole.Notice && entry.Text.ToString() == Down.Sentence)));
    }

    [Fact]
    public async Task Unavailable_ModelThatIsOnlySlowToSay_IsSentTheRequest()
    {
        _house.Probe.Report = () => new ModelStatus(null, null, new ModelFailure(ModelFailureKind.TimedOut, "No sign for 2 seconds."));
        await _house.StartAsync();
        await _house.Happen("a", "one");
        (await _house.Client.NextRequestAsync()).Fail(new HttpRequestException(HttpRequestError.ConnectionError));
        await _house["a"].UntilAsync(entries => entries[^1].Role is EntryRole.Notice);

        await _house.Happen("a", "two");
        (await _house.Client.NextRequestAsync()).Finish("Here I am.");
        await _house["a"].UntilAsync(entries => entries[^1].Text.ToString() == "Here I am.");

        Assert.Equal(1, _house.Probe.Times);
    }

    [Fact]
    public async Task Unavailable_SeveralEvents_OneNotice()
    {
        await _house.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            await _house.Happen("a", "x");
            (await _house.Client.NextRequestAsync()).Fail(new HttpRequestException(HttpRequestError.ConnectionError));
            await _house["a"].UntilAsync(
                entries => entries.Count(entry => entry.Withdrawn) == i + 1 && entries.Any(entry => entry.Role is EntryRole.Notice));
        }

        await _house.StopAsync();
        Assert.Single(_house["a"].Shown());
    }

    [Fact]
    public async Task Unavailable_PersonAsks_IsToldEachTime()
    {
        await _house.StartAsync();
        for (var i = 0; i < 2; i++)
        {
            _house.Type("a", "hello");
            (await _house.Client.NextRequestAsync()).Fail(new HttpRequestException(HttpRequestError.ConnectionError));
            await _house["a"].UntilAsync(entries => entries.Count(entry => entry.Role is EntryRole.Notice) == i + 1);
        }
    }

    [Fact]
    public async Task Unavailable_Demo_SpeaksUnderItsName()
    {
        _house.Options.UseDemoVoiceWhenUnavailable = true;
        await _house.StartAsync();
        await _house.Happen("a", "They added \"Milk\".");
        (await _house.Client.NextRequestAsync()).Fail(new HttpRequestException(HttpRequestError.ConnectionError));
        await _house["a"].UntilAsync(
            entries => entries[^1] is { Role: EntryRole.Assistant, State: EntryState.Complete, AuthorName: "demo" });

        var shown = _house["a"].Shown();
        Assert.Equal(2, shown.Length);
        Assert.StartsWith("Notice/Complete: No model answers.", shown[0], StringComparison.Ordinal);
        Assert.Contains("Milk", shown[1], StringComparison.Ordinal);
        Assert.StartsWith("The demo voice speaks.", _house.Status.Read().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unavailable_DemoFails_ItsEntryEndsAsFailed()
    {
        _house.Options.UseDemoVoiceWhenUnavailable = true;
        _house.Options.Limits.Idle = TimeSpan.FromMilliseconds(10);
        _house.WordDelay = TimeSpan.FromMilliseconds(35);
        await _house.StartAsync();
        await _house.Happen("a", "They added \"Milk\".");
        (await _house.Client.NextRequestAsync()).Fail(new HttpRequestException(HttpRequestError.ConnectionError));
        await _house.Time.WaitForTimerAsync(_house.WordDelay);
        _house.Time.Advance(_house.WordDelay);
        await _house.Time.WaitForTimerAsync(_house.Options.Limits.Idle);
        _house.Time.Advance(_house.Options.Limits.Idle);
        await EndedAsync("a");

        Assert.Equal(("demo", EntryState.Failed), _house["a"].Look(entries => (entries[^1].AuthorName, entries[^1].State)));
    }

    [Fact]
    [Trait("Row", "F-01")]
    public async Task Unavailable_ModelComesBack_SpeaksWithTheNextEvent()
    {
        ModelFailure? trouble = Down;
        _house.Probe.Report = () => new ModelStatus("llama", null, trouble);
        await _house.StartAsync();
        _house.Type("a", "one");
        (await _house.Client.NextRequestAsync()).Fail(new HttpRequestException(HttpRequestError.ConnectionError));
        await _house["a"].UntilAsync(entries => entries[^1].Role is EntryRole.Notice);
        trouble = null;
        _house.Type("a", "two");
        var call = await _house.Client.NextRequestAsync();
        call.Finish("Back.");
        await EndedAsync("a");

        Assert.Equal(["user: one", "user: two"], call.Told);
        Assert.Equal("Model: llama", _house.Status.Read().Text);
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
    [Trait("Row", "S-49")]
    public async Task Answer_OverItsTime_IsStoppedAndTheTimeRunsFromTheFirstWord()
    {
        var limits = _house.Options.Limits;
        limits.Answer = TimeSpan.FromMinutes(5);
        limits.Idle = limits.FirstToken = limits.Unwatched = TimeSpan.FromHours(10);
        await _house.StartAsync();
        _house.Type("a", "hello");
        var call = await _house.Client.NextRequestAsync();
        _house.Time.Advance(TimeSpan.FromHours(1));
        call.Say("So fa");
        await _house["a"].UntilAsync(entries => entries[^1].Text.Length > 0);
        _house.Time.Advance(limits.Answer - TimeSpan.FromSeconds(1));
        Assert.False(call.IsGivenUp);
        _house.Time.Advance(TimeSpan.FromSeconds(1));
        await EndedAsync("a");

        Assert.Equal("Assistant/Stopped: So fa", _house["a"].Shown()[^1]);
        Assert.Equal("Stopped: the answer took longer than 300 seconds.", _house["a"].Look(entries => entries[^1].Reason));
    }

    /// <summary>A model that does not keep to the tokens that it was allowed, or never heard of them.</summary>
    [Theory]
    [Trait("Row", "S-49")]
    [InlineData(100_000)]
    [InlineData(1_000)]
    public async Task Answer_ThatNeverEnds_IsStoppedAtItsLengthAndTheModelLetGo(int piece)
    {
        _house.Options.Limits.AnswerTokens = 100;
        await _house.StartAsync();
        _house.Type("a", "hello");
        var call = await _house.Client.NextRequestAsync();
        Assert.Equal(100, call.Options!.MaxOutputTokens);
        for (var said = 0; said < 100_000; said += piece)
        {
            call.Say(new string('x', piece));
        }

        await EndedAsync("a");

        Assert.Equal($"Assistant/Stopped: {new string('x', 6_400)}", _house["a"].Shown()[^1]);
        Assert.Equal("Stopped: the answer went on past 100 tokens.", _house["a"].Look(entries => entries[^1].Reason));
        await Eventually.TrueAsync(() => _house.Client.Running == 0);
    }

    [Fact]
    [Trait("Row", "F-02")]
    public async Task Answer_FirstTokenTakesTooLong_IsFailed()
    {
        _house.Options.Limits.Unwatched = TimeSpan.FromHours(10);
        await _house.StartAsync();
        _house.Type("a", "hello");
        await _house.Client.NextRequestAsync();
        await _house.Time.WaitForTimerAsync(_house.Options.Limits.FirstToken);
        _house.Time.Advance(_house.Options.Limits.FirstToken);
        await EndedAsync("a");

        Assert.Equal("Assistant/Failed: ", _house["a"].Shown()[^1]);
    }

    [Fact]
    [Trait("Row", "S-50")]
    public async Task Unwatched_ForTheLimit_IsStopped()
    {
        await _house.StartAsync();
        _house.Type("a", "hello");
        var call = await _house.Client.NextRequestAsync();
        await GlanceAsync(3);
        Assert.False(call.IsGivenUp);
        await GlanceAsync(1);
        await call.GivenUpAsync();
        await EndedAsync("a");

        Assert.Equal("Stopped: nobody was looking.", _house["a"].Look(entries => entries[^1].Reason));
    }

    [Fact]
    public async Task Unwatched_LongBeforeItBegan_TheLimitStillRunsFromItsBeginning()
    {
        Assert.False(_house["a"].Viewers.Any);
        _house.Time.Advance(TimeSpan.FromHours(1));
        await _house.StartAsync();
        _house.Type("a", "hello");
        var call = await _house.Client.NextRequestAsync();
        await GlanceAsync(3);
        Assert.False(call.IsGivenUp);
        await GlanceAsync(1);
        await call.GivenUpAsync();
    }

    [Fact]
    public async Task Watched_OverTheLimit_GoesOn()
    {
        var watcher = new Watcher();
        _house["a"].Viewers.Add(watcher);
        await _house.StartAsync();
        _house.Type("a", "hello");
        var call = await _house.Client.NextRequestAsync();
        await GlanceAsync(8);
        Assert.False(call.IsGivenUp);

        _house["a"].Viewers.Remove(watcher);
        await GlanceAsync(2);
        _house["a"].Viewers.Add(watcher);
        await GlanceAsync(8);
        Assert.False(call.IsGivenUp);
        call.Finish("x");
        await EndedAsync("a");
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

    /// <summary>A quarter of the limit for unwatched answers at a time, as it is looked at.</summary>
    private async Task GlanceAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            await _house.Time.WaitForTimerAsync(_house.Options.Limits.Unwatched / 4);
            _house.Time.Advance(_house.Options.Limits.Unwatched / 4);
        }
    }

    private Task EndedAsync(string conversation) =>
        _house[conversation].UntilAsync(
            entries => entries[^1] is { Role: EntryRole.Assistant, Withdrawn: false, State: not EntryState.Streaming });

    private sealed class Watcher : IConversationViewer
    {
        public void NotifyChanged()
        {
        }
    }
}
