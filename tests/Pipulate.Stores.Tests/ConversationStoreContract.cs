using System.Globalization;
using System.Text;
using Pipulate.Storage;

namespace Pipulate.Stores;

/// <summary>
/// What every store must do. A store's tests derive from this; those of a store of your own may too.
/// </summary>
public abstract partial class ConversationStoreContract
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
        Assert.All(entries, entry => Assert.Equal(
            (null, null, null, null, false, ""), (entry.Kind, entry.Voice, entry.Reason, entry.MessageId, entry.Withdrawn, entry.Text)));
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
            Assert.Equal(
                Enumerable.Range(0, 25), writer.Select(entry => int.Parse(entry.Text.Split(':')[1], CultureInfo.InvariantCulture)));
        }
    }

    [Fact]
    [Trait("Row", "F-15")]
    public async Task Add_SameEntryManyTimesAtOnce_AddsOne()
    {
        IConversationStore[] stores = [await OpenAsync(), await OpenAsync()];
        var entry = Entry("one");

        var ordinals = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => Task.Run(() => stores[i % 2].AddAsync(_conversation, entry, Cancellation).AsTask())));

        Assert.All(ordinals, ordinal => Assert.Equal(1, ordinal));
        Assert.Single(await ReadAsync(stores[0]));
    }

    [Fact]
    public async Task Change_State_IsReadAndLeavesTheText()
    {
        var (store, entry) = await StreamAsync("One");
        var change = new EntryChange(0, EntryState.Stopped, "The server was restarted.", Withdrawn: true);

        Assert.True(await store.ChangeAsync(_conversation, entry, change, Cancellation));
        Assert.True(await store.ChangeAsync(_conversation, entry, change, Cancellation));

        var read = Assert.Single(await ReadAsync(store));
        Assert.Equal(
            ("One", 0, EntryState.Stopped, "The server was restarted.", true),
            (read.Text, read.Epoch, read.State, read.Reason, read.Withdrawn));
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

    private async Task<IReadOnlyList<StoredEntry>> ReadAsync(IConversationStore store, int most = 1000, long? before = null) =>
        (await store.ReadAsync(_conversation, most, before, Cancellation))!.Entries;

    private async Task<string[]> TextsAsync(IConversationStore store, int most = 1000, long? before = null) =>
        [.. (await ReadAsync(store, most, before)).Select(entry => entry.Text)];
}
