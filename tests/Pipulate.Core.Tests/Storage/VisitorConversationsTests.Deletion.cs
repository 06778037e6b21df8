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

/// <content>Deleted conversations, and visitors that are forgotten.</content>
public sealed partial class VisitorConversationsTests
{
    [Fact]
    public async Task Delete_WhileAnAnswerIsWritten_LeavesNothingInMemoryOrStore()
    {
        await StartAsync();
        var id = await _owned.CreateAsync(Owner);
        var conversation = _directory.Get(id);
        conversation.AddUserMessage("a secret", "m1");
        var turn = conversation.Turns.Begin()!;
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
        Assert.Null(conversation.Turns.Begin());
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
        Assert.Null(_directory.Get(id).Details.Title);
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
}
