using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Storage;
using Pipulate.Stores.Hosting;
using Pipulate.Tests;

namespace Pipulate.Stores;

/// <summary>Nodes whose clocks say different times, and whose clocks are set.</summary>
public sealed class NodeClockTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [Trait("Row", "F-22")]
    public async Task Clocks_AnHourApartAndSetMeanwhile_BothNodesHaveTheSameInTheSameOrder(int hours)
    {
        var hub = new InProcessBackplane.Hub();
        var store = new InMemoryConversationStore(TimeProvider.System);
        var clock = new LeapingTime();
        clock.Leap(TimeSpan.FromHours(hours));
        await using var one = await TestNode.StartAsync(store, new InProcessBackplane(hub));
        await using var other = await TestNode.StartAsync(store, new InProcessBackplane(hub), clock);
        var here = await one.OpenAsync("c");
        var there = await other.OpenAsync("c");
        var expected = new List<string>();
        for (var turn = 0; turn < 6; turn++)
        {
            var speaker = turn % 2 == 0 ? here : there;
            speaker.AddMessage(EntryRole.User, $"question {turn}");
            var answer = speaker.BeginMessage();
            speaker.Append(answer, "answer ");
            clock.Leap(TimeSpan.FromHours(turn % 2 == 0 ? -2 * hours : 2 * hours));
            speaker.Append(answer, $"{turn}");
            speaker.End(answer, EntryState.Complete);
            expected.AddRange([$"question {turn}/Complete", $"answer {turn}/Complete"]);
            await Eventually.TrueAsync(() => TextOf(here).SequenceEqual(expected) && TextOf(there).SequenceEqual(expected));
        }

        // What was said last has to be in the store before somebody else is asked for it.
        await using var later = await TestNode.StartAsync(store, new InProcessBackplane(hub));
        await Eventually.TrueAsync(() => IsStored(store, expected.Count));
        Assert.Equal(expected, TextOf(await later.OpenAsync("c")));
    }

    private static bool IsStored(InMemoryConversationStore store, int entries)
    {
        var id = new ConversationId("c");
        return store.ReadAsync(
            new ConversationKey(id.Owner, id), 100, cancellationToken: CancellationToken.None).AsTask().Result is { } stored
            && stored.Entries.Count(entry => entry.State is EntryState.Complete) == entries;
    }

    private static List<string> TextOf(Conversation conversation)
    {
        lock (conversation.Gate)
        {
            return [.. conversation.Log.Entries.Select(entry => $"{entry.Text}/{entry.State}")];
        }
    }
}
