using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Rendering;
using Pipulate.Storage;
using Pipulate.Tests.Conversations;
using Pipulate.Tests.Rendering;

namespace Pipulate.Tests.Storage;

public sealed partial class WriteBehindServiceTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly ScriptedStore _store = new();
    private readonly RecordedLog _log = new();
    private readonly List<WriteBehindService> _running = [];
    private ConversationStorage _storage = null!;

    [Fact]
    public async Task Get_AfterARestart_HasWhatWasSaid()
    {
        var before = (await StartAsync()).Get(Id());
        before.AddMessage(EntryRole.Event, "They put \"Milk\" on the list.", kind: "POST /todo");
        before.AddUserMessage("hello", "m1");
        var answer = before.BeginMessage("demo");
        before.Append(answer, "Hello ");
        before.Append(answer, "you");
        before.End(answer, EntryState.Failed, "It broke off.");
        await StopAsync();

        var after = (await StartAsync()).Get(Id());

        Assert.Equal(
            ["1 Event Complete They put \"Milk\" on the list.", "2 User Complete hello", "3 Assistant Failed Hello you"],
            after.Look(entries => entries.Select(entry => $"{entry.Ordinal} {entry.Role} {entry.State} {entry.Text}").ToArray()));
        Assert.Equal(
            ("POST /todo", "demo", "It broke off."), after.Look(entries => (entries[0].Kind, entries[2].AuthorName, entries[2].Reason)));
        Assert.False(after.AddUserMessage("hello", "m1"));
        Assert.Null(after.Turns.PeekPending());
        Assert.Equal(4, after.AddMessage(EntryRole.Notice, "next").Ordinal);
        Assert.Equal(["[event] They put \"Milk\" on the list.", "hello", "Hello you"], after.Turns.ReadHistory().Select(one => one.Text));
    }

    [Fact]
    public async Task StoredAsync_WhileTheWriteIsUnderWay_WaitsForIt()
    {
        var conversation = (await StartAsync()).Get(Id());
        using var written = new ManualResetEventSlim();
        _store.Before = _ => Assert.True(written.Wait(TestTime.Timeout));
        conversation.AddUserMessage("hello", "m1");

        var stored = _storage.WaitUntilStoredAsync(conversation);
        Assert.False(stored.IsCompleted);
        written.Set();
        await stored.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        Assert.Equal(["Complete: hello"], _store.Texts());
        Assert.True(_storage.WaitUntilStoredAsync(conversation).IsCompleted);
    }

    [Fact]
    public async Task Get_LongConversation_HasItsNewest()
    {
        var before = (await StartAsync()).Get(Id());
        for (var i = 1; i <= 2500; i++)
        {
            before.AddMessage(EntryRole.User, $"{i}");
        }

        await StopAsync();
        var after = (await StartAsync()).Get(Id());

        Assert.Equal(
            (ConversationWriter.Window, "2301", "2500"),
            after.Look(entries => (entries.Count, entries[0].Text.ToString(), entries[^1].Text.ToString())));
        Assert.Equal(2501, after.AddMessage(EntryRole.User, "next").Ordinal);
    }

    [Fact]
    public async Task ForgetEventsAsync_OfALongConversation_ForgetsThoseThatOnlyTheStoreHasToo()
    {
        var before = (await StartAsync()).Get(Id());
        for (var i = 1; i <= 150; i++)
        {
            before.AddMessage(EntryRole.Event, $"event {i}");
            before.AddMessage(EntryRole.User, $"word {i}");
        }

        await StopAsync();
        var after = (await StartAsync()).Get(Id());
        _store.Before = _ => throw ScriptedStore.Away;
        var forgotten = _storage.ForgetEventsAsync(after);
        _time.Advance(ConversationStorage.StoreTimeout);
        await forgotten.WaitAsync(TestTime.Timeout, Cancellation);
        _store.Before = _ => { };
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _storage.IsSaved(after);
        });

        Assert.Equal((150, 150), (
            _store.Entries().Count(entry => entry is { Role: EntryRole.Event, Withdrawn: true, Text: "" }),
            _store.Entries().Count(entry => entry is { Role: EntryRole.User, Withdrawn: false, Text.Length: > 0 })));
    }

    [Fact]
    [Trait("Row", "F-12")]
    public async Task Get_WhatWasStreamingAtTheDeath_IsStoppedHereAndInTheStore()
    {
        await _store.AddAsync(
            Key(), new StoredEntry
            {
                Id = Guid.NewGuid(),
                Role =
                EntryRole.Assistant,
                State = EntryState.Streaming,
                CreatedAt = _time.GetUtcNow(),
                Text = "so far"
            }, Cancellation);

        var conversation = (await StartAsync()).Get(Id());

        Assert.Equal(["Assistant/Stopped: so far"], conversation.Shown());
        Assert.Contains("restarted", conversation.Look(entries => entries[0].Reason), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => _store.Texts() is ["Stopped: so far"]);
    }

    [Fact]
    public async Task Say_Whole_IsStoredAtOnce()
    {
        var conversation = (await StartAsync()).Get(Id());

        conversation.AddUserMessage("hello", "m\0" + "1");

        await Eventually.TrueAsync(() => _store.Texts() is ["Complete: hello"]);
        Assert.Equal("m1", Assert.Single(_store.Entries()).MessageId);
    }

    [Fact]
    public async Task Append_Tokens_AreStoredAtCheckpointsAndAtTheEnd()
    {
        var conversation = (await StartAsync()).Get(Id());
        var answer = conversation.BeginMessage();
        await Eventually.TrueAsync(() => _store.Texts() is ["Streaming: "]);

        foreach (var word in "one two three ".Split(' '))
        {
            conversation.Append(answer, word + " ");
        }

        Assert.Equal(["read", "add "], _store.Calls);
        _time.Advance(WriteBehindService.CheckpointInterval);
        await Eventually.TrueAsync(() => _store.Texts() is ["Streaming: one two three  "]);
        conversation.Append(answer, "four");
        _time.Advance(WriteBehindService.CheckpointInterval);
        await Eventually.TrueAsync(() => _store.Calls.Contains("append 16 four") || _store.Calls.Contains("append 15 four"));
        conversation.Append(answer, " five");
        conversation.End(answer, EntryState.Complete);
        await Eventually.TrueAsync(() => _store.Texts() is ["Complete: one two three  four five"]);
    }

    [Fact]
    [Trait("Row", "F-26")]
    public async Task Get_StoreIsSlow_ReturnsAtOnceAndTheHistoryComesLater()
    {
        await _store.AddAsync(Key(), Stored("before"), Cancellation);
        var read = new TaskCompletionSource();
        _store.Reading = read.Task;
        var conversation = (await StartAsync()).Get(Id());
        var page = new PanelPage(conversation, new PanelStatus());
        conversation.AddUserMessage("hello", "m1");
        var turn = conversation.Turns.Begin()!;
        conversation.Append(turn.Entry, "Hi");
        page.Round();
        Assert.False(conversation.Loaded.IsCompleted);

        read.SetResult();
        await conversation.Loaded;
        conversation.Append(turn.Entry, " there");
        page.Round();
        conversation.Append(turn.Entry, "!");
        conversation.End(turn.Entry, EntryState.Complete);
        page.Round();

        Assert.Equal(["User/Complete: before", "User/Complete: hello", "Assistant/Complete: Hi there!"], conversation.Shown());
        Assert.Equal(["before", "hello", "Hi there!"], page.Dom.Entries.Select(entry => entry.Text));
        Assert.Null(conversation.Turns.PeekPending());
        Assert.False(conversation.HasUserMessageSince(turn.Entry));
        await Eventually.TrueAsync(() => _store.Texts() is ["Complete: before", "Complete: hello", "Complete: Hi there!"]);
        Assert.Equal([1L, 2, 3], _store.Entries().Select(entry => entry.Ordinal));
    }

    /// <summary>As by a page that comes back after a restart and sends again what it has heard nothing of.</summary>
    [Fact]
    public async Task Hear_AgainWhileTheHistoryIsStillRead_IsKeptOnce()
    {
        await _store.AddAsync(Key(), Stored("hello") with { MessageId = "m1" }, Cancellation);
        var read = new TaskCompletionSource();
        _store.Reading = read.Task;
        var conversation = (await StartAsync()).Get(Id());
        conversation.AddUserMessage("hello", "m1");
        conversation.AddUserMessage("hello", "m2");

        read.SetResult();
        await conversation.Loaded;

        Assert.Equal(["User/Complete: hello", "User/Complete: hello"], conversation.Shown());
        Assert.NotNull(conversation.Turns.PeekPending());
        await Eventually.TrueAsync(() => _store.Entries().Count(entry => entry is { Withdrawn: false, State: EntryState.Complete }) == 2
            && _storage.IsSaved(conversation));
        Assert.Equal(["m1", "m2"], _store.Entries().Where(entry => !entry.Withdrawn).Select(entry => entry.MessageId));
    }

    [Fact]
    public async Task Recall_BetweenATurnAndItsWithdrawal_AnswersWhatWaited()
    {
        await _store.AddAsync(Key(), Stored("before"), Cancellation);
        var read = new TaskCompletionSource();
        _store.Reading = read.Task;
        var conversation = (await StartAsync()).Get(Id());
        conversation.AddUserMessage("first", "m1");
        conversation.End(conversation.Turns.Begin()!.Entry, EntryState.Complete);
        conversation.AddUserMessage("second", "m2");
        var turn = conversation.Turns.Begin()!;

        read.SetResult();
        await conversation.Loaded;
        Assert.True(conversation.Turns.Withdraw(turn, answerAgain: true));

        Assert.True(conversation.Turns.PeekPending() is { Typed: true, Events: 0 });
        Assert.Equal(["before", "first", "second"], conversation.Turns.Begin()!.History.Select(message => message.Text));
    }

    [Fact]
    public async Task IsPaused_AfterARestart_StillIs()
    {
        var before = (await StartAsync()).Get(Id());
        before.Details.IsPaused = true;
        await StopAsync();

        Assert.True((await StartAsync()).Get(Id()).Details.IsPaused);
    }

    [Fact]
    public async Task Recall_OfAPausedConversation_ForgetsWhatWasRecordedBefore()
    {
        await _store.SetPausedAsync(Key(), true, Cancellation);
        var read = new TaskCompletionSource();
        _store.Reading = read.Task;
        var conversation = (await StartAsync()).Get(Id());
        conversation.AddMessage(EntryRole.Event, "They did something.", wantsAnswer: true);

        read.SetResult();
        await conversation.Loaded;

        Assert.Empty(conversation.ReadEvents());
        Assert.Null(conversation.Turns.PeekPending());
        await Eventually.TrueAsync(() => _store.Entries() is [{ Withdrawn: true, Text: "" }]);
    }

    [Fact]
    public async Task ForgetEvents_StoredOnes_AreEmptiedInTheStore()
    {
        var conversation = (await StartAsync()).Get(Id());
        conversation.AddMessage(EntryRole.Event, "a secret");
        conversation.AddMessage(EntryRole.User, "stays");
        await Eventually.TrueAsync(() => _store.Texts().Length == 2);

        conversation.ForgetEvents();

        await Eventually.TrueAsync(() => _store.Entries() is [{ Withdrawn: true, Text: "" }, { Withdrawn: false, Text: "stays" }]);
        await StopAsync();
        Assert.Equal(["User/Complete: stays"], (await StartAsync()).Get(Id()).Shown());
    }

    [Fact]
    public async Task StopAsync_WhileTextGrows_StoresTheLastWords()
    {
        var conversation = (await StartAsync()).Get(Id());
        var answer = conversation.BeginMessage();
        conversation.Append(answer, "last words");

        await StopAsync();

        Assert.Equal(["Streaming: last words"], _store.Texts());
    }

    public async ValueTask DisposeAsync()
    {
        _store.Before = _store.After = _ => { };
        await StopAsync();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static ConversationId Id(string id = "c") => new(id);

    private static ConversationKey Key() => new("c", Id());

    private StoredEntry Stored(string text) =>
        new() { Id = Guid.NewGuid(), Role = EntryRole.User, State = EntryState.Complete, CreatedAt = _time.GetUtcNow(), Text = text };

    /// <summary>A process, as far as conversations go.</summary>
    private async Task<ConversationCache> StartAsync()
    {
        var keeper = new WriteBehindService(_store, _time, _log);
        _running.Add(keeper);
        await keeper.StartAsync(Cancellation);
        await _time.WaitForTimerAsync(WriteBehindService.CheckpointInterval);
        _storage = TestStorage.Create(keeper, _store, _time);
        return TestStorage.CreateCache(_time, _storage);
    }

    private async Task StopAsync()
    {
        foreach (var keeper in _running)
        {
            await keeper.StopAsync(CancellationToken.None).WaitAsync(TestTime.Timeout, CancellationToken.None);
            keeper.Dispose();
        }

        _running.Clear();
    }

    private sealed class RecordedLog : ILogger<WriteBehindService>
    {
        private readonly ConcurrentQueue<(LogLevel Level, string Message)> _written = [];

        public string[] Messages => [.. _written.Select(line => line.Message)];

        public int Count(LogLevel level) => _written.Count(line => line.Level == level);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _written.Enqueue((logLevel, formatter(state, exception)));
    }
}
