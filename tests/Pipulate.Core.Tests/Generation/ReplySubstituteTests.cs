using Pipulate.Models;
using Pipulate.Tests.Conversations;

namespace Pipulate.Tests.Generation;

public sealed class ReplySubstituteTests : IAsyncLifetime
{
    private static readonly ModelFailure Down = new(ModelFailureKind.Unreachable, "No model answers. Start it with: ollama serve");

    private readonly CommentaryHouse _house = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _house.DisposeAsync();

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

    private Task EndedAsync(string conversation) =>
        _house[conversation].UntilAsync(
            entries => entries[^1] is { Role: EntryRole.Assistant, Withdrawn: false, State: not EntryState.Streaming });
}
