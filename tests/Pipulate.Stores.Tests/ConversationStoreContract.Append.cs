using System.Globalization;
using System.Text;
using Pipulate.Storage;

namespace Pipulate.Stores;

/// <content>Appending text to an entry.</content>
public abstract partial class ConversationStoreContract
{
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
        Assert.Equal(
            new AppendResult(AppendOutcome.Missing, 0), await store.AppendAsync(elsewhere, entry, new TextPiece(0, 3, "x"), Cancellation));
        Assert.Null(await store.ReadAsync(elsewhere, 10, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Append_SamePieceManyTimesAtOnce_IsThereOnce()
    {
        var (store, entry) = await StreamAsync("One");
        IConversationStore[] stores = [store, await OpenAsync()];

        var results = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => Task.Run(() => AppendAsync(stores[i % 2], entry, 0, 3, " two"))));

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
}
