using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Nodes;
using Pipulate.Storage;
using Pipulate.Stores.Hosting;
using Pipulate.Tests;

namespace Pipulate.Stores;

/// <summary>Between nodes of one process, whose messages can be lost and whose clock stands.</summary>
public sealed class InProcessNodesTests : NodesContract
{
    private readonly InProcessBackplane.Hub _hub = new();
    private readonly InMemoryConversationStore _store = new(TimeProvider.System);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Messages_LostAtRandom_TextIsAlwaysABeginningAndFinallyTheWhole(int seed)
    {
        var random = new Random(seed);
        var (here, there) = await OpenOnTwoAsync();
        var losing = new Random(seed);
        _hub.Loses = () => losing.Next(3) == 0;
        Conversation[] both = [here, there];
        var whole = new Dictionary<Guid, string>();
        for (var turn = 0; turn < 6; turn++)
        {
            var speaker = both[random.Next(2)];
            speaker.AddUserMessage($"question {turn}", $"m{turn}");
            var answer = speaker.BeginMessage();
            whole[answer.Id] = "";
            for (var word = 0; word < 25; word++)
            {
                var piece = random.Next(5) == 0 ? "🙂" : $"word{word} ";
                speaker.Append(answer, piece);
                whole[answer.Id] += piece;
                await Task.Delay(random.Next(12), Cancellation);
                foreach (var conversation in both)
                {
                    foreach (var (id, text) in whole)
                    {
                        Assert.StartsWith(TextOf(conversation, id), text, StringComparison.Ordinal);
                    }
                }
            }

            speaker.End(answer, EntryState.Complete);
        }

        // What is lost last is noticed with the next thing that is told.
        _hub.Loses = null;
        await BreakAsync();
        await Eventually.TrueAsync(() => both.All(conversation => TextOf(conversation).Length == 12 && TextOf(conversation).All(text => text.Contains("/Complete", StringComparison.Ordinal))));
        Assert.Equal(TextOf(here).Order(), TextOf(there).Order());
        Assert.All(whole, answer => Assert.Equal(answer.Value, TextOf(there, answer.Key)));
    }

    [Fact]
    public async Task Append_NobodyElseHasIt_IsNotPublished()
    {
        var node = await StartAsync();
        var other = await StartAsync();
        var conversation = await node.OpenAsync("c");
        await other.OpenAsync("d");
        var shared = await node.OpenAsync("d");
        shared.AddMessage(EntryRole.User, "first");
        var there = await other.OpenAsync("d");
        await Until(there, "User/Complete: first");
        var before = _hub.Published;

        var answer = conversation.BeginMessage();
        for (var i = 0; i < 100; i++)
        {
            conversation.Append(answer, "word ");
            await Task.Delay(1, Cancellation);
        }

        conversation.End(answer, EntryState.Complete);
        shared.AddMessage(EntryRole.User, "second");
        await Until(there, "User/Complete: first", "User/Complete: second");

        // A heartbeat may have come between.
        Assert.InRange(_hub.Published - before, 1, 4);
    }

    [Fact]
    public async Task Say_BeforeTheNodesKnowOfEachOther_ArrivesInTheOrderInWhichItWasSaid()
    {
        var time = new ManualTime();
        var here = await (await StartAsync(time)).OpenAsync("c");
        var there = await (await StartAsync(time)).OpenAsync("c");
        here.AddUserMessage("Count.", "m1");
        here.Append(here.BeginMessage(), "one");

        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => TextOf(there).Length == 2);

        Assert.Equal(["User/Complete: Count.", "Assistant/Streaming: one"], TextOf(there));
    }

    /// <summary>Whoever has just come, or was cut off, does not take it for certain that nobody looks.</summary>
    [Fact]
    public async Task MayMissViewers_JustComeOrCutOff_UntilTheOthersHaveHadTimeToAnswer()
    {
        var time = new ManualTime();
        var node = await StartAsync(time);
        Assert.True(node.Link.MayMissViewers);
        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => !node.Link.MayMissViewers);

        _hub.Cut();
        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => node.Link.MayMissViewers);
        _hub.Mend();
        var mended = time.GetUtcNow();
        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => !node.Link.MayMissViewers);

        Assert.InRange(time.GetUtcNow() - mended, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(25));
    }

    /// <summary>What counts is what the others have; the node that stood still may have more of it by the time it hears of its end.</summary>
    [Fact]
    public async Task End_ByANodeThatHasLessOfIt_IsShownAsItIsThere()
    {
        var (first, second) = (await StartAsync(), await StartAsync());
        var (here, there) = (await first.OpenAsync("c"), await second.OpenAsync("c"));
        var answer = here.BeginMessage();
        here.Append(answer, "one");
        await Until(there, "Assistant/Streaming: one");

        _hub.Loses = () => true;
        here.Append(answer, " two");
        there.End(Look(there, entries => entries[0]), EntryState.Stopped, "Stopped by a restart.");
        _hub.Loses = null;
        await Until(there, "Assistant/Stopped: one");

        await Eventually.TrueAsync(() => TextOf(here) is ["Assistant/Stopped: one"]);
        await Eventually.TrueAsync(() => IsStored(here) && IsStored(there));
        Assert.Equal(["Assistant/Stopped: one"], TextOf(await (await StartAsync()).OpenAsync("c")));
    }

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
            key, new StoredEntry { Id = Guid.NewGuid(), Role = EntryRole.Assistant, State = EntryState.Streaming, CreatedAt = time.GetUtcNow(), Text = "so far" }, Cancellation);

        var conversation = await (await StartAsync(time)).OpenAsync("c");

        Assert.Equal(["Assistant/Streaming: so far"], TextOf(conversation));
        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => TextOf(conversation) is ["Assistant/Stopped: so far"]);
    }

    [Fact]
    public async Task Get_NobodyLooksForAMinute_IsLetGoAndComesBackWithEverything()
    {
        var time = new ManualTime();
        var node = await StartAsync(time);
        var other = await StartAsync(time);
        var here = await node.OpenAsync("c");
        var there = await other.OpenAsync("c");
        there.AddMessage(EntryRole.User, "one");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => TextOf(here) is ["User/Complete: one"] && IsStored(there));

        time.Advance(TimeSpan.FromSeconds(61));
        await node.OpenAsync("newcomer");
        there.AddMessage(EntryRole.User, "two");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(there));

        var again = await node.OpenAsync("c");
        Assert.NotSame(here, again);
        Assert.Equal(["User/Complete: one", "User/Complete: two"], TextOf(again));
        there.AddMessage(EntryRole.User, "three");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => TextOf(again) is [.., "User/Complete: three"]);
        Assert.DoesNotContain("User/Complete: three", TextOf(here));
    }

    /// <summary>A node that stood still for longer than the others wait: its clock stands, and what is said to it is lost on the way.</summary>
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
        var stored = (await _store.ReadAsync(new ConversationKey("c", new ConversationId("c")), 10, cancellationToken: Cancellation))!.Entries;
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

    [Fact]
    public async Task Say_QuestionIsLostAndItsAnswerIsNot_StandsBeforeItAllTheSame()
    {
        var (here, there) = await OpenOnTwoAsync();
        here.AddMessage(EntryRole.Notice, "first");
        await Until(there, "Notice/Complete: first");
        var published = _hub.Published;
        _hub.Loses = () => true;
        here.AddUserMessage("Well?", "m1");
        await Eventually.TrueAsync(() => _hub.Published > published);
        _hub.Loses = null;

        var answer = here.BeginMessage();
        here.Append(answer, "Yes");
        var seen = new List<string>();
        await Eventually.TrueAsync(() =>
        {
            seen.Add(string.Join(" | ", TextOf(there).Select(text => text.Split('/')[0])));
            return AnswerIn(there) == "Yes";
        });

        Assert.Equal(["Notice/Complete: first", "User/Complete: Well?", "Assistant/Streaming: Yes"], TextOf(there));
        Assert.DoesNotContain("Notice | Assistant", seen);
        here.End(answer, EntryState.Complete);
        await Until(there, TextOf(here));
    }

    [Fact]
    public async Task Delete_TheWordIsLost_IsNoticedWithTheNextWrite()
    {
        var (first, second) = (await StartAsync(), await StartAsync());
        var (here, there) = (await first.OpenAsync("c"), await second.OpenAsync("c"));
        here.AddMessage(EntryRole.User, "a secret");
        await Until(there, "User/Complete: a secret");
        await Eventually.TrueAsync(() => IsStored(here));
        there.AddMessage(EntryRole.User, "mine");
        await Eventually.TrueAsync(() => IsStored(there));

        _hub.Loses = () => true;
        await first.Owned.DeleteAsync(here.Id);
        there.AddMessage(EntryRole.User, "late");

        await Eventually.TrueAsync(() => there.IsDeleted);
        Assert.Null(await _store.ReadAsync(new ConversationKey("c", here.Id), 1, cancellationToken: Cancellation));
    }

    /// <summary>A pause is a promise: no message that is lost, and no cut, may let another node go on recording.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pause_MessageLostOrWayCut_IsHealedWithTheNextHeartbeat(bool cut)
    {
        var (time, here, there) = await OpenOnTwoWithClockAsync();
        Lose(cut);
        here.IsPaused = true;
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(here));
        Assert.False(there.IsPaused);
        Find(cut);
        var lost = time.GetUtcNow();

        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => there.IsPaused);

        // One heartbeat, and the steps that the clock makes while the nodes still work.
        Assert.InRange(time.GetUtcNow() - lost, TimeSpan.Zero, 2 * NodeLink.Heartbeat);

        // What the other node does later does not take it back in the store.
        there.AddMessage(EntryRole.Notice, "later");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(there) && TextOf(here) is [.., "Notice/Complete: later"]);
        Assert.True((await _store.ReadAsync(Key, 1, cancellationToken: Cancellation))!.Summary.IsPaused);
        there.IsPaused = false;
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => !here.IsPaused && IsStored(there));
        Assert.False((await _store.ReadAsync(Key, 1, cancellationToken: Cancellation))!.Summary.IsPaused);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Title_MessageLostOrWayCutAndTypedOnTheOther_IsTheGivenOneOnBoth(bool cut)
    {
        var (time, here, there) = await OpenOnTwoWithClockAsync();
        Lose(cut);
        here.Title = "Groceries";
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(here));
        there.AddUserMessage("What is on my list?", "m1");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(there));
        Find(cut);

        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => there.Title == "Groceries" && TextOf(here).Length == 2);

        Assert.Equal("Groceries", here.Title);
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
        here.IsPaused = true;
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(here));
        there.IsPaused = true;
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(there));
        there.IsPaused = false;
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => IsStored(there));
        Find(cut: false);

        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => !here.IsPaused);

        Assert.False(there.IsPaused);
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

        await AdvanceUntil(time, TimeSpan.FromSeconds(0.5), () => here.Registry.Count == 2 && here.Registry.GetCount(ChatAudience.Group("kitchen")) == 1);

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

    private static ConversationKey Key => new("c", new ConversationId("c"));

    /// <summary>One conversation with one event, open on two nodes whose clock stands.</summary>
    private async Task<(ManualTime Time, Conversation Here, Conversation There)> OpenOnTwoWithClockAsync()
    {
        var time = new ManualTime();
        var here = await (await StartAsync(time)).OpenAsync("c");
        var there = await (await StartAsync(time)).OpenAsync("c");
        here.AddMessage(EntryRole.Event, "They opened the page.");
        await AdvanceUntil(time, TimeSpan.FromMilliseconds(40), () => TextOf(there).Length == 1 && IsStored(here));
        return (time, here, there);
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

    protected override ValueTask<IConversationStore> OpenStoreAsync() => new(_store);

    protected override ValueTask<IPipulateBackplane> JoinAsync() => new(new InProcessBackplane(_hub));

    protected override ValueTask BreakAsync()
    {
        _hub.Cut();
        _hub.Mend();
        return default;
    }

    private static string TextOf(Conversation conversation, Guid entry)
    {
        lock (conversation.Gate)
        {
            return conversation.Find(entry)?.Text.ToString() ?? "";
        }
    }

    private static async Task AdvanceUntil(ManualTime time, TimeSpan step, Func<bool> condition) =>
        await Eventually.TrueAsync(() =>
        {
            time.Advance(step);
            return condition();
        });
}
