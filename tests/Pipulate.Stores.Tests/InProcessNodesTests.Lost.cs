using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Nodes;
using Pipulate.Storage;
using Pipulate.Stores.Hosting;
using Pipulate.Tests;

namespace Pipulate.Stores;

/// <content>Messages that are lost: found missing with the next heartbeat.</content>
public sealed partial class InProcessNodesTests
{
    /// <summary>A pause is a promise: no message that is lost, and no cut, may let another node go on recording.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pause_MessageLostOrWayCut_IsHealedWithTheNextHeartbeat(bool cut)
    {
        var (time, here, there) = await OpenOnTwoWithClockAsync();
        Lose(cut);
        here.Details.IsPaused = true;
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(here));
        Assert.False(there.Details.IsPaused);
        Find(cut);
        var lost = time.GetUtcNow();

        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => there.Details.IsPaused);

        // One heartbeat, and the steps that the clock makes while the nodes still work.
        Assert.InRange(time.GetUtcNow() - lost, TimeSpan.Zero, 2 * NodeLink.Heartbeat);

        // What the other node does later does not take it back in the store.
        there.AddMessage(EntryRole.Notice, "later");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(there) && TextOf(here) is [.., "Notice/Complete: later"]);
        Assert.True((await _store.ReadAsync(Key, 1, cancellationToken: Cancellation))!.Summary.IsPaused);
        there.Details.IsPaused = false;
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => !here.Details.IsPaused && IsStored(there));
        Assert.False((await _store.ReadAsync(Key, 1, cancellationToken: Cancellation))!.Summary.IsPaused);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Title_MessageLostOrWayCutAndTypedOnTheOther_IsTheGivenOneOnBoth(bool cut)
    {
        var (time, here, there) = await OpenOnTwoWithClockAsync();
        Lose(cut);
        here.Details.Title = "Groceries";
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(here));
        there.AddUserMessage("What is on my list?", "m1");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(there));
        Find(cut);

        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => there.Details.Title == "Groceries" && TextOf(here).Length == 2);

        Assert.Equal("Groceries", here.Details.Title);
        Assert.Equal("Groceries", (await _store.ReadAsync(Key, 1, cancellationToken: Cancellation))!.Summary.Title);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Forget_MessageLostOrWayCut_IsHealedWithTheNextHeartbeat(bool cut)
    {
        var (time, here, there) = await OpenOnTwoWithClockAsync();
        Lose(cut);
        here.ForgetEvents();
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(here));
        Assert.Single(there.ReadEvents());
        Find(cut);

        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => there.ReadEvents().Count == 0);

        Assert.Empty(TextOf(there));
    }

    [Fact]
    public async Task Say_LastMessageLost_IsHealedWithTheNextHeartbeat()
    {
        var (time, here, there) = await OpenOnTwoWithClockAsync();
        Lose(cut: false);
        here.AddMessage(EntryRole.User, "lost on the way");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(here));
        Find(cut: false);

        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => TextOf(there) is [_, "User/Complete: lost on the way"]);
    }

    /// <summary>What is not stored yet here counts against what the store has.</summary>
    [Fact]
    public async Task Pause_OtherNodeDiffersWhileTheStoreIsRead_StaysAsItIsSetHere()
    {
        var (time, here, there) = await OpenOnTwoWithClockAsync();
        Lose(cut: false);
        here.Details.IsPaused = true;
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(here));
        there.Details.IsPaused = true;
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(there));
        there.Details.IsPaused = false;
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(there));
        Find(cut: false);

        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => !here.Details.IsPaused);

        Assert.False(there.Details.IsPaused);
    }

    [Fact]
    public async Task Presence_MessagesLost_IsFoundMissingWithTheNextHeartbeat()
    {
        var time = new ManualTime();
        var (here, there) = (await StartAsync(time), await StartAsync(time));
        var page = there.Connect("a");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => here.Registry.Count == 1);

        var published = _hub.Published;
        _hub.Loses = () => true;
        page.Leave();
        var (one, two) = (there.Connect("b"), there.Connect("c"));
        there.Registry.AddToGroup(one.Id, "kitchen");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => _hub.Published > published);
        _hub.Loses = null;
        Assert.Equal(new ConversationId("a"), Assert.Single(here.Registry.GetConnections(ChatAudience.Everyone)).Conversation);
        var told = 0;
        here.Registry.Changed += () => told++;
        var lost = time.GetUtcNow();

        await AdvanceUntil(
            time, TimeSpan.FromSeconds(0.5), () => here.Registry.Count == 2 && here.Registry.GetCount(ChatAudience.Group("kitchen")) == 1);

        // One heartbeat to notice, and a moment to ask and be answered.
        Assert.InRange(time.GetUtcNow() - lost, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Empty(here.Registry.GetConnections(page.Audience));
        Assert.Single(here.Registry.GetConnections(two.Audience));
        Assert.True(told > 0);
    }

    [Fact]
    public async Task Presence_NodeDies_ItsPagesGoWithItAndTheOthersAreToldOnce()
    {
        var time = new ManualTime();
        var (here, dying) = (await StartAsync(time), await StartAsync(time));
        dying.Connect("a", "anna");
        here.Connect("b");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => here.Registry.Count == 2);
        var told = 0;
        here.Registry.Changed += () => told++;

        // It lives for as long as it is heard.
        for (var i = 0; i < 60; i++)
        {
            time.Advance(TimeSpan.FromSeconds(0.5));
            await Task.Delay(2, Cancellation);
        }

        Assert.Equal((2, 0), (here.Registry.Count, told));
        _hub.Loses = () => true;
        var died = time.GetUtcNow();
        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => here.Registry.Count == 1);

        Assert.InRange(time.GetUtcNow() - died, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30));
        Assert.Empty(here.Registry.GetPresence(ChatAudience.User("anna")));
        Assert.Equal(1, told);
    }

    [Fact]
    public async Task Presence_NodeEnds_ItsPagesAreGoneAtOnce()
    {
        var (here, ending) = (await StartAsync(), await StartAsync());
        ending.Connect("a");
        await Eventually.TrueAsync(() => here.Registry.Count == 1);

        await ending.DisposeAsync();

        await Eventually.TrueAsync(() => here.Registry.Count == 0);
    }

    [Fact]
    public async Task Changed_PageOfAnotherNode_IsToldThereAndNotHere()
    {
        var time = new ManualTime();
        var (here, there) = (await StartAsync(time), await StartAsync(time));
        there.Connect("a");
        var steps = 0;
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => here.Registry.Count == 1 && ++steps > 20);
        var (toldHere, toldThere) = (0, 0);
        here.Registry.Changed += () => toldHere++;
        there.Registry.Changed += () => toldThere++;

        there.Connect("b");

        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => here.Registry.Count == 2);
        Assert.Equal((0, 1), (toldHere, toldThere));
    }

    private void Lose(bool cut)
    {
        if (cut)
        {
            _hub.Cut();
        }
        else
        {
            _hub.Loses = () => true;
        }
    }

    private void Find(bool cut)
    {
        if (cut)
        {
            _hub.Mend();
        }

        _hub.Loses = null;
    }
}
