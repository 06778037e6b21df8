using Pipulate.Conversations;
using Pipulate.Tests.Conversations;

namespace Pipulate.Tests.Generation;

/// <summary>The manners: what is commented on, when, and what becomes of what is not.</summary>
public sealed class ScheduleTests : IAsyncDisposable
{
    private static readonly TimeSpan Debounce = TimeSpan.FromMilliseconds(400);

    private readonly CommentaryHouse _house = new();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task Events_OneAfterTheOther_AreToldTogetherAfterAPause()
    {
        _house.Options.Schedule.Debounce = Debounce;
        await _house.StartAsync();
        await _house.Happen("a", "They added \"Milk\". Be brief.", kind: "add");
        await _house.Time.WaitForTimerAsync(Debounce);
        _house.Time.Advance(TimeSpan.FromMilliseconds(300));
        await _house.Happen("a", "They added \"Eggs\". Be brief.", kind: "add");
        _house.Time.Advance(TimeSpan.FromMilliseconds(100));
        await _house.Time.WaitForTimerAsync(TimeSpan.FromMilliseconds(300));
        Assert.False(_house.Client.TryNextRequest(out _));
        _house.Time.Advance(TimeSpan.FromMilliseconds(300));

        var call = await _house.Client.NextRequestAsync();

        Assert.Equal(["user: [event] This happened 2 times:\n- They added \"Milk\".\n- They added \"Eggs\".\nBe brief."], call.Told);
        Assert.Equal(1, _house.Meter["pipulate.commentary.merged"]);
        call.Finish("Done.");
    }

    [Fact]
    public async Task Events_WhoseValuesEndAlike_KeepTheirValuesWhole()
    {
        _house.Options.Schedule.Debounce = Debounce;
        await _house.StartAsync();
        await _house.Happen("a", "They added \"Buy A. Milk\". Be brief.", kind: "add");
        await _house.Happen("a", "They added \"Get A. Milk\". Be brief.", kind: "add");
        await _house.Time.WaitForTimerAsync(Debounce);
        _house.Time.Advance(Debounce);

        var call = await _house.Client.NextRequestAsync();

        Assert.Equal(
            ["user: [event] This happened 2 times:\n- They added \"Buy A. Milk\".\n- They added \"Get A. Milk\".\nBe brief."], call.Told);
        call.Finish("Done.");
    }

    [Theory]
    [InlineData(0, 0, 400)]
    [InlineData(300, 300, 100)]
    [InlineData(300, 100, 300)]
    [InlineData(1_700, 0, 300)]
    [InlineData(2_000, 0, 0)]
    [InlineData(400, 400, 0)]
    public void Rest_OfEvents_IsThePauseButNeverPastFiveTimesIt(int sinceFirst, int sinceLast, int rest)
    {
        _house.Options.Schedule.Debounce = Debounce;
        var now = _house.Time.GetTimestamp();
        long Ago(int milliseconds) => now - TimeSpan.FromMilliseconds(milliseconds).Ticks;

        var due = new PendingReply(Typed: false, Events: 2, Ago(sinceFirst), Ago(sinceLast));

        Assert.Equal(TimeSpan.FromMilliseconds(rest), _house.Schedule.GetDelay(_house["a"], due));
        Assert.Equal(TimeSpan.Zero, _house.Schedule.GetDelay(_house["a"], due with { Typed = true }));
    }

    [Fact]
    public async Task TypedMessage_DuringThePause_IsAnsweredAtOnceWithTheEventsBefore()
    {
        _house.Options.Schedule.Debounce = Debounce;
        await _house.StartAsync();
        await _house.Happen("a", "one");
        await _house.Time.WaitForTimerAsync(Debounce);
        _house.Type("a", "And?");

        var call = await _house.Client.NextRequestAsync();

        Assert.Equal(["user: [event] one", "user: And?"], call.Told);
        call.Finish("Well.");
    }

    [Fact]
    public async Task Event_JustAfterTheStart_IsCommentedThoughNoPageIsBackYet()
    {
        await _house.StartAsync();
        await _house.HappenUnseen("a", "one");

        var call = await _house.Client.NextRequestAsync();

        Assert.Equal(["user: [event] one"], call.Told);
        call.Finish("One.");
    }

    [Fact]
    public async Task Event_ThatNobodyWouldSee_StaysAsANoteWithoutACall()
    {
        await _house.StartAsync();
        _house.Time.Advance(TimeSpan.FromSeconds(11));
        await _house.HappenUnseen("a", "one");
        await Eventually.TrueAsync(() => _house.Meter["pipulate.commentary.suppressed unwatched"] == 1);

        _house.Type("a", "What happened?");
        var call = await _house.Client.NextRequestAsync();

        Assert.Equal(["user: [event] one", "user: What happened?"], call.Told);
        call.Finish("One.");
    }

    [Fact]
    public async Task Event_DuringTheCooldown_StaysAsANote()
    {
        _house.Options.Schedule.Cooldown = TimeSpan.FromMinutes(1);
        await _house.StartAsync();
        await _house.Happen("a", "one");
        (await _house.Client.NextRequestAsync()).Finish("First.");
        await _house["a"].UntilAsync(entries => entries[^1].Text.ToString() == "First.");

        await _house.Happen("a", "two");
        await Eventually.TrueAsync(() => _house.Meter["pipulate.commentary.suppressed cooldown"] == 1);
        _house.Time.Advance(TimeSpan.FromMinutes(1));
        await _house.Happen("a", "three");
        var call = await _house.Client.NextRequestAsync();

        Assert.Equal(["user: [event] one", "assistant: First.", "user: [event] two\n[event] three"], call.Told);
        call.Finish("Second.");
    }

    [Fact]
    public async Task Event_ThatLosesTheDraw_StaysAsANote()
    {
        _house.Options.Schedule.Chance = 0.3;
        _house.Random.Draws.Enqueue(0.3);
        _house.Random.Draws.Enqueue(0.29);
        await _house.StartAsync();
        await _house.Happen("a", "one");
        await _house.Happen("a", "two");

        var call = await _house.Client.NextRequestAsync();

        Assert.Equal(["user: [event] one\n[event] two"], call.Told);
        Assert.Equal(1, _house.Meter["pipulate.commentary.suppressed chance"]);
        call.Finish("Second only.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Budget_OfAMinuteIsSpent_EventsStayAsNotesAndTypedMessagesWait(bool ofAll)
    {
        if (ofAll)
        {
            _house.Options.Limits.GenerationsPerMinute = 1;
        }
        else
        {
            _house.Options.Limits.GenerationsPerConversationPerMinute = 1;
        }

        await _house.StartAsync();
        await _house.Happen("a", "one");
        (await _house.Client.NextRequestAsync()).Finish("First.");
        await _house["a"].UntilAsync(entries => entries[^1].Text.ToString() == "First.");
        await _house.Happen("a", "two");
        await Eventually.TrueAsync(() => _house.Meter["pipulate.commentary.suppressed budget"] == 1);
        _house.Type("a", "Hello?");
        await _house.Time.WaitForTimerAsync(TimeSpan.FromMinutes(1));
        Assert.False(_house.Client.TryNextRequest(out _));

        _house.Time.Advance(TimeSpan.FromMinutes(1));
        var call = await _house.Client.NextRequestAsync();

        Assert.Equal("user: Hello?", call.Told[^1]);
        call.Finish("Yes.");
    }

    [Fact]
    [Trait("Row", "S-51")]
    public async Task Events_ByTheHundredWhileTheModelSpeaks_AreToldTogetherAndShortened()
    {
        await _house.StartAsync();
        await _house.Happen("a", "They toggled \"todo 0\". One remark.", kind: "toggle");
        var first = await _house.Client.NextRequestAsync();
        for (var i = 1; i < 200; i++)
        {
            await _house.Happen("a", $"They toggled \"todo {i}\". One remark.", kind: "toggle");
        }

        first.Finish("Slow.");
        var second = await _house.Client.NextRequestAsync();
        second.Finish("All of them.");
        await _house["a"].UntilAsync(entries => entries[^1].Text.ToString() == "All of them.");

        Assert.Equal(
            """
            user: [event] This happened 199 times:
            - They toggled "todo 1".
            - They toggled "todo 2".
            - (and 187 more like these)
            - They toggled "todo 190".
            - They toggled "todo 191".
            - They toggled "todo 192".
            - They toggled "todo 193".
            - They toggled "todo 194".
            - They toggled "todo 195".
            - They toggled "todo 196".
            - They toggled "todo 197".
            - They toggled "todo 198".
            - They toggled "todo 199".
            One remark.
            """.ReplaceLineEndings("\n"),
            second.Told[^1]);
        Assert.Equal(200, _house["a"].Look(entries => entries.Count(entry => entry.Kind == "toggle")));
        Assert.False(_house.Client.TryNextRequest(out _));
    }
}
