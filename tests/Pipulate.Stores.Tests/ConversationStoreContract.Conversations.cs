using System.Globalization;
using System.Text;
using Pipulate.Storage;

namespace Pipulate.Stores;

/// <content>Whole conversations: listing, naming, pausing and deleting them.</content>
public abstract partial class ConversationStoreContract
{
    [Fact]
    public async Task List_SeveralConversations_NewestFirst()
    {
        var store = await OpenAsync();
        foreach (var id in new[] { "a", "b", "c", "a" })
        {
            await store.AddAsync(_conversation with { Id = new ConversationId(id) }, Entry(id), Cancellation);
        }

        var list = await store.ListAsync(_conversation.Owner, 10, Cancellation);

        Assert.Equal(["a", "c", "b"], list.Select(summary => summary.Id.Value));
        Assert.All(list.Zip(list.Skip(1)), pair => Assert.True(pair.First.ChangedAt >= pair.Second.ChangedAt));
        Assert.Equal(["a", "c"], (await store.ListAsync(_conversation.Owner, 2, Cancellation)).Select(summary => summary.Id.Value));
    }

    [Fact]
    public async Task ProposeTitle_ConversationHasNone_GetsIt()
    {
        var (store, _) = await StreamAsync("One");

        Assert.Equal("First words", await store.ProposeTitleAsync(_conversation, "First words", Cancellation));
        Assert.Equal("First words", await store.ProposeTitleAsync(_conversation, "Second words", Cancellation));
        await store.RenameAsync(_conversation, "Groceries", Cancellation);
        Assert.Equal("Groceries", await store.ProposeTitleAsync(_conversation, "Third words", Cancellation));

        Assert.Equal("Groceries", Assert.Single(await store.ListAsync(_conversation.Owner, 10, Cancellation)).Title);
        Assert.Null(await store.ProposeTitleAsync(_conversation with { Id = new ConversationId("no") }, "x", Cancellation));
        Assert.Null(await store.ProposeTitleAsync(_conversation with { Owner = "another" }, "x", Cancellation));
    }

    [Fact]
    public async Task Rename_Conversation_IsListedAndReadByItsName()
    {
        var (store, _) = await StreamAsync("One");

        Assert.True(await store.RenameAsync(_conversation, "Groceries 🙂", Cancellation));

        Assert.Equal("Groceries 🙂", Assert.Single(await store.ListAsync(_conversation.Owner, 10, Cancellation)).Title);
        Assert.Equal("Groceries 🙂", (await store.ReadAsync(_conversation, 1, cancellationToken: Cancellation))!.Summary.Title);
        Assert.True(await store.RenameAsync(_conversation, null, Cancellation));
        Assert.Null(Assert.Single(await store.ListAsync(_conversation.Owner, 10, Cancellation)).Title);
        Assert.False(await store.RenameAsync(_conversation with { Id = new ConversationId("no") }, "x", Cancellation));
    }

    [Fact]
    public async Task Pause_BeforeAnythingHappened_IsKept()
    {
        var store = await OpenAsync();

        await store.SetPausedAsync(_conversation, true, Cancellation);
        await store.SetPausedAsync(_conversation, true, Cancellation);

        var read = await store.ReadAsync(_conversation, 10, cancellationToken: Cancellation);
        Assert.True(read!.Summary.IsPaused);
        Assert.Empty(read.Entries);
        Assert.Equal(1, await store.AddAsync(_conversation, Entry("first"), Cancellation));
        Assert.True(Assert.Single(await store.ListAsync(_conversation.Owner, 10, Cancellation)).IsPaused);
        await store.SetPausedAsync(_conversation, false, Cancellation);
        Assert.False(Assert.Single(await store.ListAsync(_conversation.Owner, 10, Cancellation)).IsPaused);
    }

    [Fact]
    public async Task Delete_Conversation_LeavesNothingOfIt()
    {
        var (store, entry) = await StreamAsync("One");
        var other = _conversation with { Id = new ConversationId("other") };
        await store.AddAsync(other, Entry("stays"), Cancellation);

        Assert.True(await store.DeleteAsync(_conversation, Cancellation));
        Assert.False(await store.DeleteAsync(_conversation, Cancellation));

        Assert.Null(await store.ReadAsync(_conversation, 10, cancellationToken: Cancellation));
        Assert.Equal(AppendOutcome.Missing, (await AppendAsync(store, entry, 0, 3, "x")).Outcome);
        Assert.Equal("other", Assert.Single(await store.ListAsync(_conversation.Owner, 10, Cancellation)).Id.Value);
        Assert.Equal(1, await store.AddAsync(_conversation, Entry("anew"), Cancellation));
        Assert.Equal(["anew"], await TextsAsync(store));
    }

    [Fact]
    public async Task Trim_MoreEntriesThanAreKept_DeletesTheOldestAndNoPlaceChanges()
    {
        var store = await OpenAsync();
        var other = _conversation with { Id = new ConversationId("other") };
        for (var i = 1; i <= 7; i++)
        {
            await store.AddAsync(_conversation, Entry($"{i}"), Cancellation);
            await (i <= 3 ? store.AddAsync(other, Entry($"{i}"), Cancellation) : default);
        }

        Assert.Equal(2, await store.TrimAsync(3, 2, Cancellation));
        Assert.Equal(2, await store.TrimAsync(3, 100, Cancellation));
        Assert.Equal(0, await store.TrimAsync(3, 100, Cancellation));

        Assert.Equal([5L, 6, 7], (await ReadAsync(store)).Select(entry => entry.Ordinal));
        Assert.Equal(["5", "6"], await TextsAsync(store, 10, before: 7));
        Assert.Empty(await ReadAsync(store, 10, before: 5));
        Assert.Equal(3, (await store.ReadAsync(other, 10, cancellationToken: Cancellation))!.Entries.Count);
        Assert.Equal(8, await store.AddAsync(_conversation, Entry("8"), Cancellation));
        Assert.Equal(1, await store.TrimAsync(3, 100, Cancellation));
        Assert.Equal(["6", "7", "8"], await TextsAsync(store));
    }

    [Fact]
    public async Task Forget_Visitor_DeletesAllOfTheirsAndNothingElse()
    {
        var (store, _) = await StreamAsync("One");
        await store.AddAsync(_conversation with { Id = new ConversationId("other") }, Entry("two"), Cancellation);
        var neighbour = _conversation with { Owner = NewOwner() };
        await store.AddAsync(neighbour, Entry("stays"), Cancellation);

        Assert.Equal(2, await store.DeleteAllAsync(_conversation.Owner, Cancellation));
        Assert.Equal(0, await store.DeleteAllAsync(_conversation.Owner, Cancellation));

        Assert.Empty(await store.ListAsync(_conversation.Owner, 10, Cancellation));
        Assert.Null(await store.ReadAsync(_conversation, 10, cancellationToken: Cancellation));
        Assert.Single((await store.ReadAsync(neighbour, 10, cancellationToken: Cancellation))!.Entries);
    }

    [Fact]
    public async Task FindOld_MoreThanAnOwnerMayHave_AreThoseThatWereAddedToLongestAgo()
    {
        var store = await OpenAsync();
        var (one, other) = (NewOwner(), NewOwner());
        foreach (var (owner, id) in new[] { (one, "a"), (other, "a"), (one, "b"), (other, "b"), (one, "c"), (one, "a") })
        {
            await store.AddAsync(new ConversationKey(owner, new ConversationId(id)), Entry(id), Cancellation);
        }

        Assert.Equal([$"{one} b"], await FindAsync(2));
        Assert.Equal([$"{other} a", $"{one} b", $"{one} c"], await FindAsync(1));
        Assert.Equal([$"{other} a"], await FindAsync(1, most: 1));
        Assert.Empty(await FindAsync(3));

        async Task<string[]> FindAsync(int perOwner, int most = 1000)
        {
            var old = await store.FindExpiredAsync(DateTimeOffset.MinValue, perOwner, most, Cancellation);
            return [.. old.Where(key => key.Owner == one || key.Owner == other).Select(key => $"{key.Owner} {key.Id}")];
        }
    }

    [Fact]
    public async Task FindOld_NothingAddedSince_AreTheOlder()
    {
        var store = await OpenAsync();
        await store.AddAsync(_conversation, Entry("one"), Cancellation);
        await store.AddAsync(_conversation with { Id = new ConversationId("later") }, Entry("two"), Cancellation);
        var list = await store.ListAsync(_conversation.Owner, 10, Cancellation);

        var old = await store.FindExpiredAsync(list[0].ChangedAt, int.MaxValue, 1000, Cancellation);
        var all = await store.FindExpiredAsync(list[0].ChangedAt.AddSeconds(1), int.MaxValue, 1000, Cancellation);

        Assert.Equal(list[0].ChangedAt > list[1].ChangedAt ? ["c"] : [], old.Where(
            key => key.Owner == _conversation.Owner).Select(key => key.Id.Value));
        Assert.Equal(["c", "later"], all.Where(key => key.Owner == _conversation.Owner).Select(key => key.Id.Value).Order());
    }
}
