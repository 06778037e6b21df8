using System.Globalization;
using Pipulate.Storage;

namespace Pipulate.Stores;

public sealed class InMemoryConversationStoreTests : ConversationStoreContract
{
    private readonly InMemoryConversationStore _store = new(TimeProvider.System);

    [Fact]
    public async Task Add_LongConversation_KeepsItsNewest()
    {
        var store = new InMemoryConversationStore(TimeProvider.System, entries: 10);
        var conversation = new ConversationKey(NewOwner(), new ConversationId("c"));
        for (var i = 1; i <= 1000; i++)
        {
            Assert.Equal(i, await store.AddAsync(conversation, Entry($"{i}"), Cancellation));
        }

        var read = (await store.ReadAsync(conversation, 1000, cancellationToken: Cancellation))!.Entries;
        Assert.InRange(read.Count, 10, 20);
        Assert.Equal("1000", read[^1].Text);
        Assert.All(read, entry => Assert.Equal(entry.Ordinal.ToString(CultureInfo.InvariantCulture), entry.Text));
        Assert.Equal("994", (await store.ReadAsync(conversation, 1, before: 995, cancellationToken: Cancellation))!.Entries.Single().Text);
    }

    [Fact]
    public async Task Add_OneConversationTooMany_ForgetsThoseThatWereAddedToLongestAgo()
    {
        var time = new ManualTime();
        var store = new InMemoryConversationStore(time, conversations: 20);
        for (var i = 0; i < 20; i++)
        {
            await store.AddAsync(Key(i), Entry("x"), Cancellation);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await store.AddAsync(Key(0), Entry("again"), Cancellation);
        await store.AddAsync(Key(20), Entry("x"), Cancellation);

        var there = new List<int>();
        for (var i = 0; i <= 20; i++)
        {
            if (await store.ReadAsync(Key(i), 1, cancellationToken: Cancellation) is not null)
            {
                there.Add(i);
            }
        }

        Assert.Equal([0, .. Enumerable.Range(3, 18)], there);

        static ConversationKey Key(int number) => new("o" + number.ToString(CultureInfo.InvariantCulture), new ConversationId("c"));
    }

    protected override ValueTask<IConversationStore> OpenAsync() => new(_store);
}
