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
public sealed partial class VisitorConversationsTests : IAsyncDisposable
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

        Assert.Null(_directory.Get(id).Turns.PeekPending());
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
        conversation.Details.Title = "Groceries";
        conversation.AddUserMessage("and another thing", "m2");
        await Eventually.TrueAsync(() => _storage.IsSaved(conversation));

        var later = await Open(TestStorage.CreateCache(_time, _storage), _store).OpenAsync(id);

        Assert.Equal("Groceries", later!.Details.Title);
        later.AddUserMessage("still here", "m3");
        Assert.Equal("Groceries", later.Details.Title);
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
}
