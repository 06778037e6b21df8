using System.Globalization;
using System.Text;
using Pipulate.Storage;

namespace Pipulate.Stores;

/// <summary>
/// What every store must do. A store's tests derive from this; those of a store of your own may too.
/// </summary>
public abstract class ConversationStoreContract
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 3, 2, 1, 678, 901, TimeSpan.Zero);

    private readonly ConversationKey _conversation = new(NewOwner(), new ConversationId("c"));

    /// <summary>Opens the store; a second call opens the same once more, as another process would where the store can be shared.</summary>
    protected abstract ValueTask<IConversationStore> OpenAsync();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected static string NewOwner() => "v-" + Guid.NewGuid().ToString("N");

    protected static StoredEntry Entry(string text, EntryRole role = EntryRole.User, EntryState state = EntryState.Complete) =>
        new() { Id = Guid.CreateVersion7(), Role = role, State = state, CreatedAt = Now, Text = text };

    [Fact]
    public async Task Add_WholeEntry_IsReadAsItWas()
    {
        var store = await OpenAsync();
        var entry = Entry("Buy \"milk\"; DROP TABLE entry;--\n\té 🙂 \u202e <b>&amp;", EntryRole.Event, EntryState.Failed) with
        {
            Epoch = 3,
            Kind = "kind",
            Voice = "demo",
            Reason = "The model broke off.",
            MessageId = "m'1",
            Withdrawn = true,
        };

        Assert.Equal(1, await store.AddAsync(_conversation, entry, Cancellation));

        Assert.Equal(entry with { Ordinal = 1 }, Assert.Single(await ReadAsync(store)));
    }

    [Theory]
    [InlineData(EntryRole.User)]
    [InlineData(EntryRole.Assistant)]
    [InlineData(EntryRole.Notice)]
    [InlineData(EntryRole.Event)]
    public async Task Add_EachRoleAndState_IsReadAsItWas(EntryRole role)
    {
        var store = await OpenAsync();
        foreach (var state in Enum.GetValues<EntryState>())
        {
            await store.AddAsync(_conversation, Entry("", role, state), Cancellation);
        }

        var entries = await ReadAsync(store);
        Assert.Equal(Enum.GetValues<EntryState>(), entries.Select(entry => entry.State));
        Assert.All(entries, entry => Assert.Equal(role, entry.Role));
        Assert.All(entries, entry => Assert.Equal((null, null, null, null, false, ""), (entry.Kind, entry.Voice, entry.Reason, entry.MessageId, entry.Withdrawn, entry.Text)));
    }

    [Fact]
    public async Task Add_SameEntryAgain_ChangesNothing()
    {
        var store = await OpenAsync();
        var entry = Entry("once");
        await store.AddAsync(_conversation, entry, Cancellation);
        await store.AddAsync(_conversation, Entry("after"), Cancellation);

        Assert.Equal(1, await store.AddAsync(_conversation, entry, Cancellation));
        Assert.Equal(1, await store.AddAsync(_conversation, entry with { Text = "other", State = EntryState.Failed }, Cancellation));

        Assert.Equal(["once", "after"], await TextsAsync(store));
        Assert.Equal(3, await store.AddAsync(_conversation, Entry("third"), Cancellation));
    }

    [Fact]
    public async Task Add_LongText_IsReadAsItWas()
    {
        var store = await OpenAsync();
        var text = string.Concat(Enumerable.Repeat("0123456789 é🙂\n", 10_000));

        await store.AddAsync(_conversation, Entry(text), Cancellation);

        Assert.Equal(text, Assert.Single(await TextsAsync(store)));
    }

    [Fact]
    [Trait("Row", "F-20")]
    public async Task Add_ManyAtOnceThroughTwoOpenings_GivesEachAnOrdinalOfItsOwn()
    {
        IConversationStore[] stores = [await OpenAsync(), await OpenAsync()];

        var ordinals = await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            var given = new List<long>();
            for (var i = 0; i < 25; i++)
            {
                given.Add(await stores[writer % 2].AddAsync(_conversation, Entry($"{writer}:{i}"), Cancellation));
            }

            return given;
        })));

        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), ordinals.SelectMany(given => given).Order());
        Assert.All(ordinals, given => Assert.Equal(given.Order(), given));
        var entries = await ReadAsync(stores[0]);
        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), entries.Select(entry => entry.Ordinal));
        foreach (var writer in entries.GroupBy(entry => entry.Text.Split(':')[0]))
        {
            Assert.Equal(Enumerable.Range(0, 25), writer.Select(entry => int.Parse(entry.Text.Split(':')[1], CultureInfo.InvariantCulture)));
        }
    }

    [Fact]
    [Trait("Row", "F-15")]
    public async Task Add_SameEntryManyTimesAtOnce_AddsOne()
    {
        IConversationStore[] stores = [await OpenAsync(), await OpenAsync()];
        var entry = Entry("one");

        var ordinals = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => stores[i % 2].AddAsync(_conversation, entry, Cancellation).AsTask())));

        Assert.All(ordinals, ordinal => Assert.Equal(1, ordinal));
        Assert.Single(await ReadAsync(stores[0]));
    }

    [Fact]
    public async Task Append_AtTheEnd_Grows()
    {
        var (store, entry) = await StreamAsync("");

        Assert.Equal(new AppendResult(AppendOutcome.Taken, 3), await AppendAsync(store, entry, 0, 0, "One"));
        Assert.Equal(new AppendResult(AppendOutcome.Taken, 7), await AppendAsync(store, entry, 0, 3, " two"));

        var read = Assert.Single(await ReadAsync(store));
        Assert.Equal(("One two", EntryState.Streaming), (read.Text, read.State));
    }

    [Fact]
    public async Task Append_SamePieceAgain_ChangesNothing()
    {
        var (store, entry) = await StreamAsync("One");
        await AppendAsync(store, entry, 0, 3, " two");
        await AppendAsync(store, entry, 0, 7, " three");

        Assert.Equal(new AppendResult(AppendOutcome.Taken, 13), await AppendAsync(store, entry, 0, 3, " two"));

        Assert.Equal("One two three", Assert.Single(await TextsAsync(store)));
    }

    [Fact]
    public async Task Append_OverlappingPiece_AddsWhatIsMissing()
    {
        var (store, entry) = await StreamAsync("One tw");

        Assert.Equal(new AppendResult(AppendOutcome.Taken, 13), await AppendAsync(store, entry, 0, 3, " two three"));

        Assert.Equal("One two three", Assert.Single(await TextsAsync(store)));
    }

    [Fact]
    public async Task Append_BehindTheEnd_SaysGapAndChangesNothing()
    {
        var (store, entry) = await StreamAsync("One");

        Assert.Equal(new AppendResult(AppendOutcome.Gap, 3), await AppendAsync(store, entry, 0, 4, "two"));
        Assert.Equal(new AppendResult(AppendOutcome.Gap, 3), await AppendAsync(store, entry, 1, 1, "two"));

        var read = Assert.Single(await ReadAsync(store));
        Assert.Equal(("One", 0), (read.Text, read.Epoch));
    }

    [Fact]
    public async Task Append_LaterEpoch_ReplacesTheText()
    {
        var (store, entry) = await StreamAsync("One two");

        Assert.Equal(new AppendResult(AppendOutcome.Taken, 3), await AppendAsync(store, entry, 2, 0, "New"));
        Assert.Equal(new AppendResult(AppendOutcome.Outdated, 3), await AppendAsync(store, entry, 0, 7, " three"));
        Assert.Equal(new AppendResult(AppendOutcome.Outdated, 3), await AppendAsync(store, entry, 1, 0, "Older"));
        Assert.Equal(new AppendResult(AppendOutcome.Taken, 7), await AppendAsync(store, entry, 2, 3, " one"));

        var read = Assert.Single(await ReadAsync(store));
        Assert.Equal(("New one", 2), (read.Text, read.Epoch));
    }

    [Fact]
    public async Task Append_NothingOfALaterEpoch_EmptiesTheText()
    {
        var (store, entry) = await StreamAsync("a secret");

        Assert.Equal(new AppendResult(AppendOutcome.Taken, 0), await AppendAsync(store, entry, 1, 0, ""));

        Assert.Equal("", Assert.Single(await TextsAsync(store)));
    }

    [Fact]
    public async Task Append_CharactersOfTwoUnits_CountsUnits()
    {
        var (store, entry) = await StreamAsync("🙂é");

        Assert.Equal(new AppendResult(AppendOutcome.Gap, 3), await AppendAsync(store, entry, 0, 4, "x"));
        Assert.Equal(new AppendResult(AppendOutcome.Taken, 5), await AppendAsync(store, entry, 0, 2, "é🙃"));
        Assert.Equal(new AppendResult(AppendOutcome.Taken, 6), await AppendAsync(store, entry, 0, 5, "!"));

        Assert.Equal("🙂é🙃!", Assert.Single(await TextsAsync(store)));
    }

    [Fact]
    public async Task Append_UnknownEntry_SaysMissing()
    {
        var (store, entry) = await StreamAsync("One");

        Assert.Equal(new AppendResult(AppendOutcome.Missing, 0), await AppendAsync(store, Guid.NewGuid(), 0, 0, "x"));
        var elsewhere = _conversation with { Id = new ConversationId("elsewhere") };
        Assert.Equal(new AppendResult(AppendOutcome.Missing, 0), await store.AppendAsync(elsewhere, entry, new TextPiece(0, 3, "x"), Cancellation));
        Assert.Null(await store.ReadAsync(elsewhere, 10, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Append_SamePieceManyTimesAtOnce_IsThereOnce()
    {
        var (store, entry) = await StreamAsync("One");
        IConversationStore[] stores = [store, await OpenAsync()];

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => AppendAsync(stores[i % 2], entry, 0, 3, " two"))));

        Assert.All(results, result => Assert.Equal(new AppendResult(AppendOutcome.Taken, 7), result));
        Assert.Equal("One two", Assert.Single(await TextsAsync(store)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Append_PiecesLostRepeatedAndOutOfOrder_IsAlwaysABeginningAndFinallyTheWhole(int seed)
    {
        var random = new Random(seed);
        var (store, entry) = await StreamAsync("");
        var whole = string.Concat(Enumerable.Range(0, 60).Select(i => i % 7 == 0 ? "🙂" : $"word{i} "));
        var pieces = Cut(whole, random);
        for (var i = 0; i < 100; i++)
        {
            var piece = pieces[random.Next(pieces.Count)];
            var result = await store.AppendAsync(_conversation, entry, piece, Cancellation);
            var text = Assert.Single(await TextsAsync(store));
            Assert.StartsWith(text, whole, StringComparison.Ordinal);
            Assert.Equal(text.Length, result.Length);
            Assert.Equal(piece.Offset > text.Length, result.Outcome is AppendOutcome.Gap);
        }

        foreach (var piece in pieces)
        {
            Assert.Equal(AppendOutcome.Taken, (await store.AppendAsync(_conversation, entry, piece, Cancellation)).Outcome);
        }

        Assert.Equal(whole, Assert.Single(await TextsAsync(store)));
    }

    [Fact]
    public async Task Change_State_IsReadAndLeavesTheText()
    {
        var (store, entry) = await StreamAsync("One");
        var change = new EntryChange(0, EntryState.Stopped, "The server was restarted.", Withdrawn: true);

        Assert.True(await store.ChangeAsync(_conversation, entry, change, Cancellation));
        Assert.True(await store.ChangeAsync(_conversation, entry, change, Cancellation));

        var read = Assert.Single(await ReadAsync(store));
        Assert.Equal(("One", 0, EntryState.Stopped, "The server was restarted.", true), (read.Text, read.Epoch, read.State, read.Reason, read.Withdrawn));
        Assert.True(await store.ChangeAsync(_conversation, entry, new EntryChange(0, EntryState.Complete), Cancellation));
        read = Assert.Single(await ReadAsync(store));
        Assert.Equal((EntryState.Complete, null, false), (read.State, read.Reason, read.Withdrawn));
    }

    [Fact]
    public async Task Change_OfAnOlderEpoch_IsNotTaken()
    {
        var (store, entry) = await StreamAsync("One");
        await AppendAsync(store, entry, 2, 0, "New");

        Assert.False(await store.ChangeAsync(_conversation, entry, new EntryChange(1, EntryState.Failed), Cancellation));
        Assert.Equal(EntryState.Streaming, Assert.Single(await ReadAsync(store)).State);
        Assert.True(await store.ChangeAsync(_conversation, entry, new EntryChange(2, EntryState.Complete), Cancellation));
    }

    [Fact]
    public async Task Change_UnknownEntry_IsFalse()
    {
        var (store, _) = await StreamAsync("One");

        Assert.False(await store.ChangeAsync(_conversation, Guid.NewGuid(), new EntryChange(0, EntryState.Complete), Cancellation));
    }

    [Fact]
    public async Task Read_Window_IsTheNewestOldestFirst()
    {
        var store = await OpenAsync();
        for (var i = 1; i <= 30; i++)
        {
            await store.AddAsync(_conversation, Entry($"{i}"), Cancellation);
        }

        Assert.Equal(["28", "29", "30"], await TextsAsync(store, 3));
        Assert.Equal(["25", "26", "27"], await TextsAsync(store, 3, before: 28));
        Assert.Equal(["1", "2"], await TextsAsync(store, 3, before: 3));
        Assert.Empty(await TextsAsync(store, 3, before: 1));
        Assert.Equal(30, (await TextsAsync(store, 100, before: 1000)).Length);
        Assert.Empty(await TextsAsync(store, 0));
    }

    [Fact]
    public async Task Read_Nothing_IsNull()
    {
        var store = await OpenAsync();

        Assert.Null(await store.ReadAsync(_conversation, 10, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task AnyCall_AnotherOwner_ReachesNothing()
    {
        var (store, entry) = await StreamAsync("mine");
        var foreign = _conversation with { Owner = NewOwner() };

        Assert.Null(await store.ReadAsync(foreign, 10, cancellationToken: Cancellation));
        Assert.Empty(await store.ListAsync(foreign.Owner, 10, Cancellation));
        Assert.Equal(AppendOutcome.Missing, (await store.AppendAsync(foreign, entry, new TextPiece(5, 0, "theirs"), Cancellation)).Outcome);
        Assert.False(await store.ChangeAsync(foreign, entry, new EntryChange(5, EntryState.Failed), Cancellation));
        Assert.False(await store.RenameAsync(foreign, "theirs", Cancellation));
        Assert.False(await store.DeleteAsync(foreign, Cancellation));
        Assert.Equal(0, await store.DeleteAllAsync(foreign.Owner, Cancellation));

        // What they add and pause under the same id is their own.
        Assert.Equal(1, await store.AddAsync(foreign, Entry("theirs") with { Id = entry }, Cancellation));
        await store.SetPausedAsync(foreign, true, Cancellation);
        var mine = await store.ReadAsync(_conversation, 10, cancellationToken: Cancellation);
        Assert.Equal((null, false), (mine!.Summary.Title, mine.Summary.IsPaused));
        var read = Assert.Single(mine.Entries);
        Assert.Equal(("mine", EntryState.Streaming), (read.Text, read.State));
    }

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
    public async Task TryAdd_ConversationThatIsNotThere_DoesNotBegin()
    {
        var store = await OpenAsync();
        var entry = Entry("late");
        Assert.Null(await store.TryAddAsync(_conversation, entry, Cancellation));
        Assert.Null(await store.ReadAsync(_conversation, 10, cancellationToken: Cancellation));

        Assert.Equal(1, await store.AddAsync(_conversation, Entry("first"), Cancellation));
        Assert.Equal(2, await store.TryAddAsync(_conversation, entry, Cancellation));
        Assert.Equal(2, await store.TryAddAsync(_conversation, entry with { Text = "other" }, Cancellation));
        Assert.Equal(["first", "late"], await TextsAsync(store));

        await store.DeleteAsync(_conversation, Cancellation);
        Assert.Null(await store.TryAddAsync(_conversation, entry, Cancellation));
        Assert.Empty(await store.ListAsync(_conversation.Owner, 10, Cancellation));
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

        Assert.Equal(list[0].ChangedAt > list[1].ChangedAt ? ["c"] : [], old.Where(key => key.Owner == _conversation.Owner).Select(key => key.Id.Value));
        Assert.Equal(["c", "later"], all.Where(key => key.Owner == _conversation.Owner).Select(key => key.Id.Value).Order());
    }

    private static List<TextPiece> Cut(string whole, Random random)
    {
        var pieces = new List<TextPiece>();
        var piece = new StringBuilder();
        foreach (var rune in whole.EnumerateRunes())
        {
            piece.Append(rune.ToString());
            if (random.Next(5) == 0)
            {
                Take();
            }
        }

        Take();
        return pieces;

        void Take()
        {
            if (piece.Length > 0)
            {
                pieces.Add(new TextPiece(0, pieces is [.., var last] ? last.Offset + last.Text.Length : 0, piece.ToString()));
                piece.Clear();
            }
        }
    }

    private async Task<(IConversationStore Store, Guid Entry)> StreamAsync(string text)
    {
        var store = await OpenAsync();
        var entry = Entry(text, EntryRole.Assistant, EntryState.Streaming);
        await store.AddAsync(_conversation, entry, Cancellation);
        return (store, entry.Id);
    }

    private Task<AppendResult> AppendAsync(IConversationStore store, Guid entry, int epoch, int offset, string text) =>
        store.AppendAsync(_conversation, entry, new TextPiece(epoch, offset, text), Cancellation).AsTask();

    private async Task<IReadOnlyList<StoredEntry>> ReadAsync(IConversationStore store, int most = 1000, long? before = null) =>
        (await store.ReadAsync(_conversation, most, before, Cancellation))!.Entries;

    private async Task<string[]> TextsAsync(IConversationStore store, int most = 1000, long? before = null) =>
        [.. (await ReadAsync(store, most, before)).Select(entry => entry.Text)];
}
