using Pipulate.Conversations.Entries;
using Pipulate.Models;
using Pipulate.Tests.Conversations;

namespace Pipulate.Tests.Generation;

/// <summary>Stopping, asking again, waiting in the line and thinking, from the queue to the model.</summary>
public sealed class WishesTests : IAsyncDisposable
{
    private readonly CommentaryHouse _house = new();

    private static ConversationId A { get; } = new("a");

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task Stop_InTheMiddle_GivesTheRequestUpKeepsTheTextAndTellsItNextTime()
    {
        await _house.StartAsync();
        _house.Type("a", "Tell me a story");
        var call = await _house.Client.NextRequestAsync();
        call.Say("Once upon");
        await _house["a"].UntilAsync(entries => entries[^1].Text.Length > 0);

        _house.Queue.Stop(A);

        await call.GivenUpAsync();
        Assert.Equal(["User/Complete: Tell me a story", "Assistant/Stopped: Once upon"], _house["a"].Shown());
        _house.Type("a", "Go on");
        var next = await _house.Client.NextRequestAsync();
        Assert.Equal(["user: Tell me a story", "assistant: Once upon", "user: Go on"], next.Told);
        next.Finish("a time.");
        await EndedAsync("a");
    }

    [Fact]
    public async Task Stop_BeforeTheFirstWord_GivesTheRequestUpAndLeavesAMark()
    {
        await _house.StartAsync();
        await _house.Happen("a", "thing");
        var call = await _house.Client.NextRequestAsync();

        _house.Queue.Stop(A);

        await call.GivenUpAsync();
        await _house.StopAsync();
        Assert.Equal(["Assistant/Stopped: "], _house["a"].Shown());
    }

    [Fact]
    public async Task AskAgain_ACompleteAnswer_IsReplacedByANewOneToTheSameQuestion()
    {
        await _house.StartAsync();
        _house.Type("a", "Name a colour");
        (await _house.Client.NextRequestAsync()).Finish("Red.");
        await EndedAsync("a");

        _house.Queue.Regenerate(A, _house["a"].Look(entries => entries[1].Id));

        var again = await _house.Client.NextRequestAsync();
        Assert.Equal(["user: Name a colour"], again.Told);
        again.Finish("Blue.");
        await EndedAsync("a");
        Assert.Equal(["User/Complete: Name a colour", "Assistant/Complete: Blue."], _house["a"].Shown());
    }

    [Fact]
    public async Task AskAgain_AComment_ComesWhateverTheManners()
    {
        _house.Options.Schedule.Cooldown = TimeSpan.FromHours(1);
        await _house.StartAsync();
        await _house.Happen("a", "thing");
        (await _house.Client.NextRequestAsync()).Finish("First.");
        await EndedAsync("a");

        _house.Queue.Regenerate(A, _house["a"].Look(entries => entries[^1].Id));

        (await _house.Client.NextRequestAsync()).Finish("Second.");
        await EndedAsync("a");
        Assert.Equal(["Assistant/Complete: Second."], _house["a"].Shown());
    }

    [Fact]
    public async Task AskAgain_BeyondTheBudget_WaitsForIt()
    {
        _house.Options.Limits.GenerationsPerConversationPerMinute = 1;
        await _house.StartAsync();
        _house.Type("a", "hello");
        (await _house.Client.NextRequestAsync()).Finish("First.");
        await EndedAsync("a");

        _house.Queue.Regenerate(A, _house["a"].Look(entries => entries[1].Id));
        await _house.Time.WaitForTimerAsync(TimeSpan.FromMinutes(1));
        Assert.False(_house.Client.TryNextRequest(out _));

        _house.Time.Advance(TimeSpan.FromMinutes(1));
        (await _house.Client.NextRequestAsync()).Finish("Second.");
        await EndedAsync("a");
    }

    [Fact]
    public async Task AskAgain_TheModelIsBack_AnswersInTheNoticesPlace()
    {
        var down = new ModelFailure(ModelFailureKind.Unreachable, "No model answers.");
        _house.Probe.Report = () => new ModelStatus(null, null, down);
        await _house.StartAsync();
        _house.Type("a", "hello");
        (await _house.Client.NextRequestAsync()).Fail(new HttpRequestException(HttpRequestError.ConnectionError));
        await _house["a"].UntilAsync(entries => entries[^1] is { Role: EntryRole.Notice, RepliedThrough: not null });

        _house.Probe.Report = () => new ModelStatus("m", null, null);
        _house.Queue.Regenerate(A, _house["a"].Look(entries => entries[^1].Id));

        (await _house.Client.NextRequestAsync()).Finish("Here I am.");
        await EndedAsync("a");
        Assert.Equal(["User/Complete: hello", "Assistant/Complete: Here I am."], _house["a"].Shown());
    }

    [Fact]
    public async Task Line_AllPlacesTaken_TellsEachItsPlaceAndMovesUp()
    {
        _house.Options.Limits.Generations = 1;
        await _house.StartAsync();
        _house.Type("a", "one");
        var first = await _house.Client.NextRequestAsync();
        _house.Type("b", "two");
        await _house["b"].UntilAsync(entries => IsWaiting(entries, 1));
        _house.Type("c", "three");
        await _house["c"].UntilAsync(entries => IsWaiting(entries, 2));

        first.Finish("x");
        await _house["c"].UntilAsync(entries => IsWaiting(entries, 1));
        (await _house.Client.NextRequestAsync()).Finish("y");
        (await _house.Client.NextRequestAsync()).Finish("z");
        await EndedAsync("c");
        Assert.Equal(["User/Complete: two", "Assistant/Complete: y"], _house["b"].Shown());
        Assert.Equal(["User/Complete: three", "Assistant/Complete: z"], _house["c"].Shown());
    }

    [Fact]
    public async Task Line_Stopped_IsLeftAndTheModelIsNeverAsked()
    {
        _house.Options.Limits.Generations = 1;
        await _house.StartAsync();
        _house.Type("a", "one");
        var first = await _house.Client.NextRequestAsync();
        _house.Type("b", "two");
        await _house["b"].UntilAsync(entries => IsWaiting(entries, 1));

        _house.Queue.Stop(new ConversationId("b"));
        Assert.Equal(["User/Complete: two", "Assistant/Stopped: "], _house["b"].Shown());
        _house.Type("b", "three");
        await _house["b"].UntilAsync(entries => IsWaiting(entries, 1));
        first.Finish("x");

        var next = await _house.Client.NextRequestAsync();
        Assert.Equal(["user: two", "user: three"], next.Told);
        next.Finish("y");
        await EndedAsync("b");
    }

    [Fact]
    public async Task Line_AtAShutdown_IsMarkedAsStopped()
    {
        _house.Options.Limits.Generations = 1;
        await _house.StartAsync();
        _house.Type("a", "one");
        await _house.Client.NextRequestAsync();
        _house.Type("b", "two");
        await _house["b"].UntilAsync(entries => IsWaiting(entries, 1));

        await _house.StopAsync();

        Assert.All(
            (string[])["a", "b"],
            name => Assert.Equal("Stopped: the server is restarting.", _house[name].Look(entries => entries[^1].Reason)));
    }

    [Theory]
    [InlineData(false, "Loading the model…")]
    [InlineData(true, "Waiting for the model…")]
    [InlineData(null, "Waiting for the model…")]
    public async Task Waiting_BeforeTheFirstWord_SaysLoadingOnlyWhenThatIsKnown(bool? loaded, string said)
    {
        _house.Probe.Report = () => new ModelStatus("m", null, null);
        _house.Probe.Loaded = loaded;
        await _house.StartAsync();
        _house.Type("a", "hello");
        var call = await _house.Client.NextRequestAsync();

        Assert.Equal(said, _house["a"].Look(entries => entries[^1].Waiting));

        call.Finish("Hi.");
        await EndedAsync("a");
        _house.Probe.Loaded = false;
        _house.Type("a", "and again");
        call = await _house.Client.NextRequestAsync();
        Assert.Equal("Waiting for the model…", _house["a"].Look(entries => entries[^1].Waiting));
        call.Finish("Hi.");
    }

    [Fact]
    public async Task Thinking_OfTheModel_IsNeitherSaidNorTold()
    {
        await _house.StartAsync();
        _house.Type("a", "hello");
        var call = await _house.Client.NextRequestAsync();
        call.Think("They greet me.");
        await _house["a"].UntilAsync(entries => entries[^1].Reasoning?.ToString() == "They greet me.");
        call.Finish("Hi.");
        await EndedAsync("a");
        _house.Type("a", "bye");

        var next = await _house.Client.NextRequestAsync();
        Assert.Equal(["user: hello", "assistant: Hi.", "user: bye"], next.Told);
        next.Finish("Bye.");
    }

    private static bool IsWaiting(IReadOnlyList<ConversationEntry> entries, int place) =>
        entries[^1] is { IsOpen: true, IsQueued: true } waiting && waiting.Waiting!.Contains($"place {place} ", StringComparison.Ordinal);

    private Task EndedAsync(string conversation) => _house[conversation].UntilAsync(
        entries => entries[^1] is { State: not EntryState.Streaming, Role: EntryRole.Assistant, IsOpen: false });
}
