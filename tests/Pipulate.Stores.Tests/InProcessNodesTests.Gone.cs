using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Nodes;
using Pipulate.Storage;
using Pipulate.Stores.Hosting;
using Pipulate.Tests;

namespace Pipulate.Stores;

/// <content>Nodes that are gone, or were taken for it.</content>
public sealed partial class InProcessNodesTests
{
    /// <summary>Its pages come back to any node, and what their visitor does there in between is commented on.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Watchers_PageLeavesAnotherNode_IsExpectedHereForTenSeconds(bool nodeEnds)
    {
        var (ending, node) = (await StartAsync(), await StartAsync());
        var page = ending.Connect("c");
        await Eventually.TrueAsync(() => node.Registry.Count == 1 && page.IsShown);

        if (nodeEnds)
        {
            await ending.DisposeAsync();
        }
        else
        {
            page.Leave();
            page.Dispose();
        }

        await Eventually.TrueAsync(() => node.Registry.Count == 0);
        Assert.True(node["c"].Viewers.WasViewedWithin(TimeSpan.FromSeconds(10)));
        Assert.False(node["d"].Viewers.WasViewedWithin(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Node_Gone_ItsAnswerIsStoppedWithinFifteenSeconds()
    {
        var time = new ManualTime();
        var dying = await StartAsync(time);
        var node = await StartAsync(time);
        var here = await dying.OpenAsync("c");
        var there = await node.OpenAsync("c");
        var answer = here.BeginMessage();
        here.Append(answer, "so far");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => TextOf(there) is ["Assistant/Streaming: so far"]);

        // While it lives, it may be silent for as long as it wants.
        for (var i = 0; i < 60; i++)
        {
            time.Advance(TimeSpan.FromSeconds(0.5));
            await Task.Delay(2, Cancellation);
        }

        Assert.Equal(["Assistant/Streaming: so far"], TextOf(there));
        await dying.DisposeAsync();
        var died = time.GetUtcNow();
        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => TextOf(there) is ["Assistant/Stopped: so far"]);

        Assert.InRange(time.GetUtcNow() - died, TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(16));
        Assert.Contains("restarted", Look(there, entries => entries[0].Reason), StringComparison.Ordinal);
        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => IsStored(there));
        var stored = await _store.ReadAsync(new ConversationKey("c", new ConversationId("c")), 10, cancellationToken: Cancellation);
        Assert.Equal((EntryState.Stopped, "so far"), (stored!.Entries[0].State, stored.Entries[0].Text));
    }

    [Fact]
    public async Task Open_WhatWasStreamingWhenAllNodesDied_IsStopped()
    {
        var time = new ManualTime();
        var key = new ConversationKey("c", new ConversationId("c"));
        await _store.AddAsync(
            key,
            new StoredEntry
            {
                Id = Guid.NewGuid(),
                Role = EntryRole.Assistant,
                State = EntryState.Streaming,
                CreatedAt = time.GetUtcNow(),
                Text = "so far",
            },
            Cancellation);

        var conversation = await (await StartAsync(time)).OpenAsync("c");

        Assert.Equal(["Assistant/Streaming: so far"], TextOf(conversation));
        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => TextOf(conversation) is ["Assistant/Stopped: so far"]);
    }

    /// <summary>
    /// A node that stood still for longer than the others wait: its clock stands, and what is said to it is lost on the way.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Row", "F-21")]
    public async Task Append_NodeWasTakenForDead_IsRefusedByTheStoreAndItsPagesShowWhatCounts(bool ends)
    {
        var (still, time) = (new ManualTime(), new ManualTime());
        var here = await (await StartAsync(still)).OpenAsync("c");
        var there = await (await StartAsync(time)).OpenAsync("c");
        var answer = here.BeginMessage();
        here.Append(answer, "one two");
        await Eventually.TrueAsync(() =>
        {
            still.Advance(TimeSpan.FromMilliseconds(40));
            time.Advance(TimeSpan.FromMilliseconds(40));
            return AnswerIn(there) == "one two" && IsStored(here);
        });

        _hub.Loses = () => true;
        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => TextOf(there) is ["Assistant/Stopped: one two"] && IsStored(there));
        var stopped = 0;
        here.Stopped += () => stopped++;
        here.Append(answer, " three");
        if (ends)
        {
            here.End(answer, EntryState.Complete);
        }

        Assert.Equal("one two three", AnswerIn(here));
        await AdvanceUntil(still, TimeSpan.FromMilliseconds(100), () => TextOf(here) is ["Assistant/Stopped: one two"] && IsStored(here));
        Assert.Equal(ends ? 0 : 1, stopped);
        here.Append(answer, " four");
        here.End(answer, EntryState.Complete);
        await AdvanceUntil(still, TimeSpan.FromMilliseconds(100), () => IsStored(here));
        var stored = (await _store.ReadAsync(
            new ConversationKey("c", new ConversationId("c")), 10, cancellationToken: Cancellation))!.Entries;
        Assert.Equal((EntryState.Stopped, "one two"), (Assert.Single(stored).State, stored[0].Text));

        // What it told while it did not know means nothing to the others either.
        _hub.Loses = null;
        here.AddMessage(EntryRole.Notice, "back");
        await Eventually.TrueAsync(() =>
        {
            still.Advance(TimeSpan.FromMilliseconds(40));
            time.Advance(TimeSpan.FromMilliseconds(40));
            return TextOf(there).Contains("Notice/Complete: back");
        });
        Assert.Contains("Assistant/Stopped: one two", TextOf(there));
    }
}
