using Pipulate.Conversations;
using Pipulate.Tests.Conversations;

namespace Pipulate.Tests.Generation;

public sealed class ReplyLimitTests : IAsyncLifetime
{
    private readonly CommentaryHouse _house = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _house.DisposeAsync();

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
