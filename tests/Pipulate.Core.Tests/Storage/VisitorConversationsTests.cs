using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipulate.Connections;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Hosting;
using Pipulate.Rendering;
using Pipulate.Storage;
using Pipulate.Tests.Connections;
using Pipulate.Tests.Conversations;

namespace Pipulate.Tests.Storage;

/// <summary>What a visitor can do with their conversations: in memory and in the store it is the same.</summary>
public sealed class VisitorConversationsTests : IAsyncDisposable
{
    private const string Owner = "v-anna";

    private readonly ManualTime _time = new();
    private readonly ScriptedStore _store;
    private readonly WriteBehindService _keeper;
    private readonly ConversationStorage _storage;
    private readonly ConversationCache _directory;
    private readonly VisitorConversations _owned;

    public VisitorConversationsTests()
    {
        _store = new ScriptedStore(_time);
        _keeper = new WriteBehindService(_store, _time, NullLogger<WriteBehindService>.Instance);
        _storage = TestStorage.Create(_keeper, _store, _time);
        _directory = TestStorage.CreateCache(_time, _storage);
        _owned = Open(_directory, _store);
    }

    [Fact]
    public async Task Open_NobodysName_IsNotThereAndNothingIsMade()
    {
        await StartAsync();
        var id = ConversationId.Of(Owner, "madeup");

        Assert.Null(await _owned.OpenAsync(id));
        _directory.Get(id).AddMessage(EntryRole.Event, "They put milk on the list.", wantsAnswer: true);
        _directory.Get(id).AddUserMessage("hello", "m1");

        Assert.Null(_directory.Get(id).PeekPending());
        Assert.Null(await _store.ReadAsync(new ConversationKey(Owner, id), 10, cancellationToken: Cancellation));
        Assert.Empty(await _owned.ListAsync(Owner));
    }

    [Fact]
    public async Task Open_StoreIsSlow_WhatWasSaidToNobodysNameIsNeverStored()
    {
        await StartAsync();
        var read = new TaskCompletionSource();
        _store.Reading = read.Task;
        var id = ConversationId.Of(Owner, "madeup");
        var conversation = _directory.Get(id);
        conversation.AddUserMessage("hello", "m1");

        read.SetResult();
        await Eventually.TrueAsync(() => conversation.IsDeleted);

        Assert.Equal(["Notice/Complete: There is no such conversation, or no more."], conversation.Shown());
        Assert.NotSame(conversation, _directory.Get(id));
        Assert.Empty(await _owned.ListAsync(Owner));
    }

    [Fact]
    public async Task Open_FirstConversation_IsAlwaysThere()
    {
        await StartAsync();

        Assert.NotNull(await _owned.OpenAsync(new ConversationId(Owner)));
    }

    [Fact]
    public async Task Create_ThenSpokenIn_IsListedByItsFirstWords()
    {
        await StartAsync();
        var id = await _owned.CreateAsync(Owner);
        var conversation = (await _owned.OpenAsync(id))!;

        conversation.AddMessage(EntryRole.Event, "They put milk on the list.");
        Assert.Null(Assert.Single(await _owned.ListAsync(Owner)).Title);
        conversation.AddUserMessage("What is\non my list?", "m1");
        conversation.AddUserMessage("And now?", "m2");

        var listed = Assert.Single(await _owned.ListAsync(Owner));
        Assert.Equal((id, "What is on my list?"), (listed.Id, listed.Title));
        Assert.Equal(Owner, id.Owner);
        await Eventually.TrueAsync(() => _store.ListAsync(Owner, 10, Cancellation).AsTask().Result[0].Title == "What is on my list?");
    }

    [Fact]
    public async Task Create_Again_IsTheSameUntilSomethingWasSaid()
    {
        await StartAsync();
        var first = await _owned.CreateAsync(Owner);

        Assert.Equal(first, await _owned.CreateAsync(Owner));
        _directory.Get(first).AddUserMessage("hello", "m1");
        var second = await _owned.CreateAsync(Owner);

        Assert.NotEqual(first, second);
        Assert.NotEqual(second, await _owned.CreateAsync("v-other"));
    }

    [Fact]
    public async Task Title_GivenByThePerson_OutlastsTheProcessAndTheirNextWords()
    {
        await StartAsync();
        var id = await _owned.CreateAsync(Owner);
        var conversation = _directory.Get(id);
        conversation.AddUserMessage("hello", "m1");
        conversation.Title = "Groceries";
        conversation.AddUserMessage("and another thing", "m2");
        await Eventually.TrueAsync(() => _storage.IsSaved(conversation));

        var later = await Open(TestStorage.CreateCache(_time, _storage), _store).OpenAsync(id);

        Assert.Equal("Groceries", later!.Title);
        later.AddUserMessage("still here", "m3");
        Assert.Equal("Groceries", later.Title);
    }

    [Fact]
    public async Task Delete_WhileAnAnswerIsWritten_LeavesNothingInMemoryOrStore()
    {
        await StartAsync();
        var id = await _owned.CreateAsync(Owner);
        var conversation = _directory.Get(id);
        conversation.AddUserMessage("a secret", "m1");
        var turn = conversation.BeginTurn()!;
        conversation.Append(turn.Entry, "I know a ");
        var stopped = false;
        conversation.Stopped += () => stopped = true;

        await _owned.DeleteAsync(id);
        conversation.Append(turn.Entry, "secret");
        conversation.End(turn.Entry, EntryState.Complete);
        conversation.AddUserMessage("and more", "m2");
        _time.Advance(WriteBehindService.CheckpointInterval);

        Assert.True(stopped);
        Assert.DoesNotContain("secret", string.Join('|', conversation.Shown()), StringComparison.Ordinal);
        Assert.Null(conversation.BeginTurn());
        Assert.Null(await _owned.OpenAsync(id));
        Assert.Empty(await _owned.ListAsync(Owner));
        Assert.DoesNotContain(_store.Calls.SkipWhile(call => call != "delete"), call => call.StartsWith("add", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Delete_FirstConversation_IsThereAgainAndEmpty()
    {
        await StartAsync();
        var id = new ConversationId(Owner);
        _directory.Get(id).AddUserMessage("a secret", "m1");

        await _owned.DeleteAsync(id);

        Assert.Empty(_directory.Get(id).Shown());
        Assert.False(_directory.Get(id).IsDeleted);
        Assert.Null(_directory.Get(id).Title);
    }

    /// <summary>A visitor's first conversation is always there, also for whoever deletes it at the same time from another page.</summary>
    [Fact]
    public async Task Open_FirstConversationWhileItIsBeingDeleted_IsTheNewOne()
    {
        await StartAsync();
        var deleted = await SaidAsync("a secret");
        var held = new TaskCompletionSource();
        _store.Before = _ => held.Task.Wait(Cancellation);

        var deleting = _owned.DeleteAsync(deleted.Id);
        var opening = _owned.OpenAsync(deleted.Id).AsTask();
        Assert.True(deleted.IsDeleted);
        Assert.False(opening.IsCompleted);
        held.SetResult();
        await deleting;

        var opened = await opening;
        Assert.NotNull(opened);
        Assert.NotSame(deleted, opened);
        Assert.Empty(opened.Shown());
    }

    [Fact]
    public async Task Open_FirstConversationThatTheStoreDoesNotDelete_IsNotThere()
    {
        await StartAsync();
        var deleted = await SaidAsync("a secret");
        _store.Before = _ => throw ScriptedStore.Away;
        var deleting = _owned.DeleteAsync(deleted.Id);
        var opening = _owned.OpenAsync(deleted.Id).AsTask();

        _time.Advance(VisitorConversations.ReadTimeout);

        await Assert.ThrowsAsync<TimeoutException>(() => deleting);
        Assert.Null(await opening);
    }

    [Fact]
    public async Task Delete_WhileTheStoreIsAway_IsMadeUpForWhenItIsBack()
    {
        await StartAsync();
        var id = await _owned.CreateAsync(Owner);
        var conversation = _directory.Get(id);
        conversation.AddUserMessage("a secret", "m1");
        await Eventually.TrueAsync(() => _storage.IsSaved(conversation));
        _store.Before = _ => throw ScriptedStore.Away;

        var deleting = _owned.DeleteAsync(id);
        await Eventually.TrueAsync(() => _store.Calls.Contains("delete"));
        Assert.Null(await _owned.OpenAsync(id));
        _time.Advance(VisitorConversations.ReadTimeout);
        await Assert.ThrowsAsync<TimeoutException>(() => deleting);

        _directory.EvictIdle(TimeSpan.Zero);
        Assert.Null(await _owned.OpenAsync(id));
        _store.Before = _ => { };
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(WriteBehindService.CheckpointInterval);
            return _store.ListAsync(Owner, 10, Cancellation).AsTask().Result.Count == 0;
        });
        Assert.Null(await _owned.OpenAsync(id));
    }

    /// <summary>
    /// The first conversation begins anew, but not before the store has deleted it: pages that are there until then have to come back once
    /// more.
    /// </summary>
    [Fact]
    public async Task Delete_OfTheFirstWhileTheStoreIsAway_HasItsPagesComeBackWhenItIsDone()
    {
        await StartAsync();
        var conversation = await SaidAsync("a secret");
        _store.Before = _ => throw ScriptedStore.Away;
        var deleting = _owned.DeleteAsync(conversation.Id);
        await Eventually.TrueAsync(() => _store.Calls.Contains("delete"));
        _time.Advance(VisitorConversations.ReadTimeout);
        await Assert.ThrowsAsync<TimeoutException>(() => deleting);
        var transport = new ScriptedTransport();
        using var page = new ChatConnection(
            new ChatConnectionInfo("1", conversation.Id, null, _time.GetUtcNow()),
            conversation,
            new PanelStatus(),
            transport,
            TimeSpan.FromSeconds(10),
            _time);
        conversation.Viewers.Add(page);
        var writing = page.WriteAsync(Cancellation);
        Assert.Contains("This conversation was deleted.", await transport.NextAsync(), StringComparison.Ordinal);

        _store.Before = _ => { };
        await Eventually.TrueAsync(() =>
        {
            _time.Advance(WriteBehindService.CheckpointInterval);
            return transport.IsClosed;
        });

        Assert.Equal(CloseReason.Restarting, await transport.ClosedAsync());
        await writing;
        Assert.NotSame(conversation, _directory.Get(conversation.Id));
    }

    [Fact]
    public async Task Forget_Visitor_LeavesNothingOfTheirsAndAllOfOthers()
    {
        await StartAsync();
        var other = new ConversationId("v-other");
        _directory.Get(other).AddUserMessage("stays", "m0");
        _directory.Get(new ConversationId(Owner)).AddUserMessage("one", "m1");
        var live = await _owned.CreateAsync(Owner);
        _directory.Get(live).AddUserMessage("two", "m2");
        await _store.AddAsync(new ConversationKey(Owner, ConversationId.Of(Owner, "old")), Stored("three"), Cancellation);

        await _owned.DeleteAllAsync(Owner);

        Assert.Empty(await _owned.ListAsync(Owner));
        Assert.Empty(_directory.Get(new ConversationId(Owner)).Shown());
        Assert.Null(await _owned.OpenAsync(live));
        Assert.Null(await _owned.OpenAsync(ConversationId.Of(Owner, "old")));
        Assert.Equal(["User/Complete: stays"], _directory.Get(other).Shown());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(500)]
    [InlineData(501)]
    [InlineData(1203)]
    public async Task Read_Whole_IsEveryEntryOnceInOrder(int count)
    {
        await StartAsync();
        var store = new InMemoryConversationStore(_time, entries: 10_000);
        var key = new ConversationKey(Owner, new ConversationId(Owner));
        for (var i = 1; i <= count; i++)
        {
            await store.AddAsync(key, Stored($"{i}"), Cancellation);
        }

        var owned = Open(_directory, store);
        var read = await owned.ReadAsync(new Conversation(key.Id, _time)).Select(entry => entry.Text).ToListAsync(Cancellation);

        Assert.Equal(Enumerable.Range(1, count).Select(i => $"{i}"), read);
    }

    [Fact]
    public async Task Read_WhatWasSaidJustNow_IsThereAndWhatWasTakenBackIsNot()
    {
        await StartAsync();
        var conversation = _directory.Get(new ConversationId(Owner));
        conversation.AddMessage(EntryRole.Event, "They put a secret on the list.");
        conversation.ForgetEvents();
        conversation.AddUserMessage("hello", "m1");
        var answer = conversation.BeginMessage();
        conversation.Append(answer, "so far");

        var read = await _owned.ReadAsync(conversation).Select(entry => $"{entry.Role} {entry.Text}").ToListAsync(Cancellation);

        Assert.Equal(["User hello", "Assistant so far"], read);
    }

    [Fact]
    public async Task LetGo_SavedAndUnwanted_IsOpenedFromTheStoreAgain()
    {
        await StartAsync();
        var conversation = await SaidAsync("one");
        _time.Advance(TimeSpan.FromMinutes(15));

        Assert.Equal(1, _directory.EvictIdle(TimeSpan.FromMinutes(15)));

        var again = _directory.Get(conversation.Id);
        Assert.NotSame(conversation, again);
        Assert.Equal(conversation.Shown(), again.Shown());
        Assert.False(conversation.TryAcquire());
    }

    [Theory]
    [InlineData("asked for")]
    [InlineData("watched")]
    [InlineData("just left")]
    [InlineData("answering")]
    [InlineData("due")]
    [InlineData("unsaved")]
    public async Task LetGo_StillWanted_Stays(string why)
    {
        await StartAsync();
        var conversation = await SaidAsync("one");
        var watcher = new Watcher();
        switch (why)
        {
            case "watched" or "just left":
                conversation.Viewers.Add(watcher);
                break;
            case "answering":
                conversation.BeginMessage();
                await Eventually.TrueAsync(() => _storage.IsSaved(conversation));
                break;
            case "due":
                Assert.True(conversation.TrySchedule());
                break;
            case "unsaved":
                _store.Before = _ => throw ScriptedStore.Away;
                conversation.AddUserMessage("two", "m2");
                break;
        }

        _time.Advance(TimeSpan.FromMinutes(15));
        switch (why)
        {
            case "asked for":
                _directory.Get(conversation.Id);
                break;
            case "just left":
                conversation.Viewers.Remove(watcher);
                break;
        }

        Assert.Equal(0, _directory.EvictIdle(TimeSpan.FromMinutes(15)));
        Assert.Same(conversation, _directory.Get(conversation.Id));
        _store.Before = _ => { };
    }

    [Fact]
    [Trait("Category", Exhaustive.Category)]
    public async Task LetGo_AskedForInTheSameMoment_NeverGivesOneAwayThatIsLetGoOf()
    {
        await StartAsync();
        var id = new ConversationId(Owner);
        var rounds = Exhaustive.Count(full: 200, quick: 30);
        for (var round = 0; round < rounds; round++)
        {
            var conversation = await SaidAsync($"{round}");
            _time.Advance(TimeSpan.FromMinutes(15));
            using var start = new Barrier(2);
            var letting = Task.Run(() =>
            {
                start.SignalAndWait(Cancellation);
                return _directory.EvictIdle(TimeSpan.FromMinutes(15));
            }, Cancellation);
            var asking = Task.Run(() =>
            {
                start.SignalAndWait(Cancellation);
                return _directory.Get(id);
            }, Cancellation);

            var given = await asking;
            Assert.Equal(await letting == 1, given != conversation);
            Assert.Same(given, _directory.Get(id));
        }
    }

    [Fact]
    public async Task Sweep_EveryMinute_LetsGoAndOnceAnHourDeletesWhatIsTooOldOrTooMany()
    {
        await StartAsync();
        var options = new PipulateOptions();
        options.Retention.Age = TimeSpan.FromDays(1);
        options.Retention.ConversationsPerVisitor = 2;
        options.Retention.EntriesPerConversation = 200;
        using var sweep = new RetentionService(
            _directory,
            _owned,
            _store,
            new ConnectionRegistry(new PanelStatus(), _time, NoRemoteConnections.Instance),
            Microsoft.Extensions.Options.Options.Create(options),
            _time,
            NullLogger<RetentionService>.Instance);
        var ancient = new ConversationKey("v-gone", new ConversationId("v-gone"));
        await _store.AddAsync(ancient, Stored("ancient"), Cancellation);
        var watched = _directory.Get(new ConversationId("v-watching"));
        watched.AddUserMessage("old, but looked at", "m0");
        watched.Viewers.Add(new Watcher());
        await Eventually.TrueAsync(() => _storage.IsSaved(watched));
        _time.Advance(TimeSpan.FromDays(2));
        var lengthy = new ConversationKey("v-long", new ConversationId("v-long"));
        for (var i = 1; i <= 205; i++)
        {
            await _store.AddAsync(lengthy, Stored($"{i}"), Cancellation);
        }

        foreach (var name in new[] { "a", "b", "c" })
        {
            await _store.AddAsync(new ConversationKey(Owner, ConversationId.Of(Owner, name)), Stored(name), Cancellation);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var live = (await _owned.OpenAsync(ConversationId.Of(Owner, "a")))!;
        await sweep.StartAsync(Cancellation);
        await _time.WaitForTimerAsync(RetentionService.Interval);
        _time.Advance(RetentionService.Interval);

        await Eventually.TrueAsync(() => _owned.ListAsync(Owner).Result.Select(summary => summary.Id.Name).SequenceEqual(["c", "b"]));
        Assert.True(live.IsDeleted);
        await Eventually.TrueAsync(() => _owned.ListAsync("v-gone").Result.Count == 0);
        await Eventually.TrueAsync(
            () => _store.ReadAsync(lengthy, 1000).AsTask().Result is { Entries: { Count: 200 } entries } && entries[0].Text == "6");
        Assert.False(watched.IsDeleted);
        Assert.Single(await _owned.ListAsync("v-watching"));
        await sweep.StopAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _store.Before = _store.After = _ => { };
        await _keeper.StopAsync(CancellationToken.None).WaitAsync(TestTime.Timeout, CancellationToken.None);
        _keeper.Dispose();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task StartAsync()
    {
        await _keeper.StartAsync(Cancellation);
        await _time.WaitForTimerAsync(WriteBehindService.CheckpointInterval);
    }

    private VisitorConversations Open(ConversationCache cache, IConversationStore store) =>
        new(cache, _storage, store, LocalConversationLifecycle.Instance, _time);

    private async Task<Conversation> SaidAsync(string text)
    {
        var conversation = _directory.Get(new ConversationId(Owner));
        conversation.AddUserMessage(text, text);
        await Eventually.TrueAsync(() => _storage.IsSaved(conversation));
        return conversation;
    }

    private StoredEntry Stored(string text) =>
        new() { Id = Guid.NewGuid(), Role = EntryRole.User, State = EntryState.Complete, CreatedAt = _time.GetUtcNow(), Text = text };

    private sealed class Watcher : IConversationViewer
    {
        public void NotifyChanged()
        {
        }
    }
}
