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

/// <content>Eviction from memory, and retention.</content>
public sealed partial class VisitorConversationsTests
{
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
        Assert.False(conversation.Usage.TryAcquire());
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
                Assert.True(conversation.Turns.TrySchedule());
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

    private sealed class Watcher : IConversationViewer
    {
        public void NotifyChanged()
        {
        }
    }
}
