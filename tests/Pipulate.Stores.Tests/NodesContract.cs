using Pipulate.Connections;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Nodes;
using Pipulate.Storage;
using Pipulate.Stores.Hosting;
using Pipulate.Tests;

namespace Pipulate.Stores;

/// <summary>What holds between the nodes of an application, whichever store and backplane they share.</summary>
public abstract class NodesContract : IAsyncDisposable
{
    private readonly List<TestNode> _nodes = [];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected abstract ValueTask<IConversationStore> OpenStoreAsync();

    protected abstract ValueTask<IPipulateBackplane> JoinAsync();

    protected abstract ValueTask BreakAsync();

    [Fact]
    public async Task Append_OnOneNode_GrowsOnTheOther()
    {
        var (here, there) = await OpenOnTwoAsync();
        var answer = here.BeginMessage("demo");
        await Until(there, "Assistant/Streaming: ");

        foreach (var text in (string[])["One", "One two", "One two 🙂", "One two 🙂 four"])
        {
            here.Append(answer, text.AsSpan(AnswerIn(here).Length));
            await Until(there, $"Assistant/Streaming: {text}");
        }

        here.End(answer, EntryState.Failed, "It broke off.");
        await Until(there, "Assistant/Failed: One two 🙂 four");
        Assert.Equal(("demo", "It broke off."), Look(there, entries => (entries[0].AuthorName, entries[0].Reason)));
    }

    [Fact]
    public async Task Say_OnBothNodes_IsTheSameConversation()
    {
        var (here, there) = await OpenOnTwoAsync();

        Assert.True(here.AddUserMessage("hello", "m1"));
        await Until(there, "User/Complete: hello");
        there.AddMessage(EntryRole.Event, "They put \"Milk\" on the list.", kind: "POST /todo");
        there.AddMessage(EntryRole.Notice, "No model answers.");
        await Until(here, "User/Complete: hello", "Event/Complete: They put \"Milk\" on the list.", "Notice/Complete: No model answers.");

        Assert.False(there.AddUserMessage("hello", "m1"));
        Assert.Equal(here.ReadHistory().Select(message => message.Text), there.ReadHistory().Select(message => message.Text));

        // Answered where it was said, and nowhere else.
        Assert.True(here.PeekPending() is { Typed: true });
        Assert.Null(there.PeekPending());
    }

    [Fact]
    public async Task Open_WhileAnotherNodeSpeaks_HasItAllAndGoesOn()
    {
        var first = await StartAsync();
        var here = await first.OpenAsync("c");
        here.AddUserMessage("Count.", "m1");
        var answer = here.BeginMessage();
        here.Append(answer, "one");
        var second = await StartAsync();
        await Eventually.TrueAsync(() => IsStored(here));

        var there = await second.OpenAsync("c");
        here.Append(answer, " two");
        await Until(there, "User/Complete: Count.", "Assistant/Streaming: one two");
        here.Append(answer, " three");
        await Until(there, "User/Complete: Count.", "Assistant/Streaming: one two three");
        here.End(answer, EntryState.Complete);
        await Until(there, "User/Complete: Count.", "Assistant/Complete: one two three");

        // Nobody has marked it as stopped, and a third sees it so too.
        await Eventually.TrueAsync(() => IsStored(here) && IsStored(there));
        var third = await (await StartAsync()).OpenAsync("c");
        Assert.Equal(["User/Complete: Count.", "Assistant/Complete: one two three"], TextOf(third));
    }

    [Fact]
    public async Task Open_JustAfterSomethingWasSaid_HasIt()
    {
        var first = await StartAsync();
        var second = await StartAsync();
        for (var i = 0; i < 6; i++)
        {
            var here = await first.OpenAsync($"c{i}");
            here.AddMessage(EntryRole.User, "before");
            here.End(here.BeginMessage(), EntryState.Complete);
            var opening = second.OpenAsync($"c{i}");
            here.AddMessage(EntryRole.User, "meanwhile");
            var there = await opening;
            here.AddMessage(EntryRole.User, "after");
            await Eventually.TrueAsync(() => TextOf(there).Order().SequenceEqual(TextOf(here).Order()));
        }
    }

    [Fact]
    public async Task Say_LongText_ArrivesWhole()
    {
        var (here, there) = await OpenOnTwoAsync();
        var text = string.Concat(Enumerable.Repeat("0123456789 é🙂€\n", 2_000));

        here.AddMessage(EntryRole.User, text);
        var answer = here.BeginMessage();
        here.Append(answer, text);
        here.Append(answer, text);
        here.End(answer, EntryState.Complete);

        await Until(there, $"User/Complete: {text}", $"Assistant/Complete: {text}{text}");
    }

    [Fact]
    public async Task Say_KindTooLongForAMessage_IsReadFromTheStore()
    {
        var (here, there) = await OpenOnTwoAsync();
        var kind = new string('k', 20_000);

        here.AddMessage(EntryRole.Event, "x", kind: kind);

        await Until(there, "Event/Complete: x");
        Assert.Equal(kind, Look(there, entries => entries[0].Kind));
    }

    [Fact]
    public async Task Report_Progress_IsSeenOnTheOther()
    {
        var (here, there) = await OpenOnTwoAsync();
        var entry = here.BeginProgress("Import");
        await Until(there, "Progress/Streaming: Import");

        here.Report(entry, new Progress(3, 10, "three"));
        await Eventually.TrueAsync(() => Look(there, entries => entries[0].Progress) == new Progress(3, 10, "three"));
        here.End(entry, EntryState.Complete);

        await Until(there, "Progress/Complete: Import");
    }

    [Fact]
    public async Task Pause_AndForget_HoldOnAllNodes()
    {
        var (here, there) = await OpenOnTwoAsync();
        here.AddMessage(EntryRole.Event, "a secret");
        here.AddMessage(EntryRole.Event, "another");
        await Until(there, "Event/Complete: a secret", "Event/Complete: another");

        there.IsPaused = true;
        there.ForgetEvents();

        await Eventually.TrueAsync(() => here.IsPaused && here.ReadEvents().Count == 0);
        Assert.Empty(here.ReadHistory());
        await Eventually.TrueAsync(() => IsStored(here) && IsStored(there));
        Assert.All((await ReadAsync("c")).Entries, entry => Assert.True(entry is { Withdrawn: true, Text: "" }));
        here.IsPaused = false;
        await Eventually.TrueAsync(() => !there.IsPaused);
    }

    [Fact]
    public async Task Title_RenamedThenTypedOnAnotherNode_IsTheGivenOne()
    {
        var (here, there) = await OpenOnTwoAsync();
        here.AddMessage(EntryRole.Event, "They opened the page.");
        here.Title = "Groceries";
        await Eventually.TrueAsync(() => there.Title == "Groceries");

        there.AddUserMessage("What is on my list?", "m1");

        await Eventually.TrueAsync(() => IsStored(here) && IsStored(there));
        Assert.Equal(("Groceries", "Groceries"), (here.Title, there.Title));
        Assert.Equal("Groceries", (await ReadAsync("c")).Summary.Title);
    }

    [Fact]
    public async Task Title_TypedOnOneNode_IsProposedOnAll()
    {
        var (here, there) = await OpenOnTwoAsync();

        here.AddUserMessage("What is on my list?", "m1");

        await Eventually.TrueAsync(() => there.Title == "What is on my list?");
        there.Title = null;
        await Eventually.TrueAsync(() => here.Title is null && IsStored(there));
        Assert.Null((await ReadAsync("c")).Summary.Title);
    }

    [Fact]
    public async Task ForgetAndAskAgain_WhereNodesNumberDifferently_MeanTheSameEntry()
    {
        var (first, second) = (await StartAsync(), await StartAsync());
        var here = await first.OpenAsync("c");
        here.AddMessage(EntryRole.Notice, "Only the store knows that it was the first.");
        here.ForgetEvents();
        await Eventually.TrueAsync(() => IsStored(here));
        var there = await second.OpenAsync("c");
        Conversation[] both = [here, there];

        // Said in the same moment: each node counts its own first.
        var mine = here.AddMessage(EntryRole.Event, "mine");
        there.AddMessage(EntryRole.Event, "yours");
        here.AddUserMessage("Well?", "m1");
        var answer = here.BeginTurn()!.Entry;
        here.End(answer, EntryState.Complete);
        await Eventually.TrueAsync(() => both.All(conversation => TextOf(conversation).Length == 5 && TextOf(conversation).Contains("Assistant/Complete: ")));

        there.ForgetEvents(mine.Id);
        await Eventually.TrueAsync(() => both.All(conversation => conversation.ReadEvents().Select(done => done.Text).SequenceEqual(["yours"])));

        // A page of any node has the button, and the node that gave the answer takes it back.
        Assert.True(Look(there, _ => there.Find(answer.Id)!.CanRegenerate));
        var asked = new List<(ConversationId, Guid)>();
        first.Link.RegenerationRequested += (conversation, which) => asked.Add((conversation, which));
        Assert.False(there.Regenerate(answer.Id));
        there.Observers.OfType<Nodes.MirroredConversation>().Single().TryRegenerate(answer.Id);
        await Eventually.TrueAsync(() => asked.Count == 1);
        Assert.Equal((here.Id, answer.Id), asked[0]);
        Assert.True(here.Regenerate(answer.Id));
        await Eventually.TrueAsync(() => Look(there, _ => there.Find(answer.Id)!.Withdrawn));
        Assert.True(here.PeekPending() is { Typed: true });
    }

    [Fact]
    public async Task AskAgain_NodeThatAnsweredIsGone_IsOwedByWhomeverIsAsked()
    {
        var (first, second) = (await StartAsync(), await StartAsync());
        var (here, there) = (await first.OpenAsync("c"), await second.OpenAsync("c"));
        here.AddUserMessage("Before?", "m1");
        var old = here.BeginTurn()!.Entry;
        here.End(old, EntryState.Complete);
        here.AddMessage(EntryRole.Event, "They put \"Milk\" on the list.");
        here.AddUserMessage("Well?", "m2");
        here.AddMessage(EntryRole.Assistant, "The application speaks.");
        var answer = here.BeginTurn()!.Entry;
        here.Append(answer, "Well.");
        here.End(answer, EntryState.Complete);
        await Until(there, "User/Complete: Before?", "Assistant/Complete: ", "Event/Complete: They put \"Milk\" on the list.", "User/Complete: Well?", "Assistant/Complete: The application speaks.", "Assistant/Complete: Well.");
        var shared = there.Observers.OfType<Nodes.MirroredConversation>().Single();
        Assert.True(shared.TryRegenerate(answer.Id));

        await first.DisposeAsync();
        await Eventually.TrueAsync(() => !shared.TryRegenerate(answer.Id));

        Assert.False(there.RegenerateRemote(old.Id), "Not the newest.");
        Assert.True(there.RegenerateRemote(answer.Id));
        Assert.False(there.RegenerateRemote(answer.Id), "Taken back already.");
        Assert.True(there.IsRegenerating);
        Assert.Equal(["They put \"Milk\" on the list.", "Well?"], there.ReadPending().Select(entry => entry.Text.ToString()));
        Assert.DoesNotContain("Assistant/Complete: Well.", TextOf(there));

        // Whoever comes next does not see it either.
        await Eventually.TrueAsync(() => IsStored(there));
        Assert.DoesNotContain("Assistant/Complete: Well.", TextOf(await (await StartAsync()).OpenAsync("c")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Delete_OnOneNode_EndsItOnTheOthersAndNothingThatIsStillSaidBringsItBack(bool all)
    {
        var (first, second) = (await StartAsync(), await StartAsync());
        var (here, there) = (await first.OpenAsync("c"), await second.OpenAsync("c"));
        here.AddMessage(EntryRole.User, "a secret");
        await Until(there, "User/Complete: a secret");
        var answer = there.BeginMessage();
        there.Append(answer, "so far");
        await Eventually.TrueAsync(() => IsStored(here) && IsStored(there));
        var page = second.Connect("c");

        await (all ? first.Owned.DeleteAllAsync("c") : first.Owned.DeleteAsync(here.Id));
        there.Append(answer, " and further");
        there.AddMessage(EntryRole.User, "late");

        await Eventually.TrueAsync(() => there.IsDeleted && page.Closed is Connections.CloseReason.Restarting);
        Assert.DoesNotContain("secret", string.Concat(TextOf(there)), StringComparison.Ordinal);
        await Eventually.TrueAsync(() => IsStored(there));
        Assert.Null(await (await OpenStoreAsync()).ReadAsync(new ConversationKey("c", here.Id), 1, cancellationToken: Cancellation));

        // Who comes back begins anew, on either node.
        page.Leave();
        var anew = await second.OpenAsync("c");
        Assert.NotSame(there, anew);
        anew.AddMessage(EntryRole.User, "hello again");
        await Eventually.TrueAsync(() => IsStored(anew));
        Assert.Equal(["User/Complete: hello again"], TextOf(await first.OpenAsync("c")));
    }

    [Fact]
    public async Task Watchers_PageOnAnotherNode_CountsHere()
    {
        var (here, there) = await OpenOnTwoAsync();
        var page = new Page();
        Assert.False(here.Viewers.WasViewedWithin(TimeSpan.Zero));

        there.Viewers.Add(page);
        await Eventually.TrueAsync(() => here.Viewers.HasRemoteViewers);
        Assert.True(here.Viewers.WasViewedWithin(TimeSpan.Zero));
        Assert.Equal(TimeSpan.Zero, here.Viewers.UnviewedFor);
        Assert.False(here.Viewers.Any);

        // Known also of a conversation that is only opened now.
        there.Viewers.Remove(page);
        await Eventually.TrueAsync(() => !here.Viewers.HasRemoteViewers);
    }

    [Fact]
    public async Task Break_WhileAnAnswerStreams_IsCaughtUp()
    {
        var (here, there) = await OpenOnTwoAsync();
        var answer = here.BeginMessage();
        var whole = "";
        for (var i = 0; i < 60; i++)
        {
            if (i is 20 or 40)
            {
                await BreakAsync();
            }

            here.Append(answer, $"word{i} ");
            whole += $"word{i} ";
            if (i % 20 == 0)
            {
                there.AddMessage(EntryRole.Event, $"event {i}");
            }

            Assert.StartsWith(AnswerIn(there), whole, StringComparison.Ordinal);
            await Task.Delay(5, Cancellation);
        }

        here.End(answer, EntryState.Complete);
        await Eventually.TrueAsync(() => TextOf(there).Contains($"Assistant/Complete: {whole}") && TextOf(here).Length == 4);
        Assert.Equal(TextOf(here).Order(), TextOf(there).Order());
    }

    [Fact]
    public async Task Presence_PagesOnTwoNodes_IsTheSameOnBoth()
    {
        var (here, there) = (await StartAsync(), await StartAsync());
        var first = here.Connect("a", "anna");
        var second = there.Connect("b", "anna");
        there.Connect("c");
        TestNode[] nodes = [here, there];

        await Eventually.TrueAsync(() => nodes.All(node => node.Registry.Count == 3));
        Assert.All(nodes, node =>
        {
            Assert.Equal(2, node.Registry.GetCount(ChatAudience.User("anna")));
            Assert.Equal(new ConversationId("b"), Assert.Single(node.Registry.GetConnections(second.Audience)).Conversation);
            var anna = Assert.Single(node.Registry.GetPresence(ChatAudience.User("anna")));
            Assert.Equal((2, node.Registry.GetConnections(first.Audience)[0].ConnectedAt), (anna.Connections, anna.Since));
            Assert.Equal(2, node.Registry.GetPresence(ChatAudience.Everyone).Count);
        });

        // Known since when, also to a node that comes later.
        first.Leave();
        var third = await StartAsync();
        await Eventually.TrueAsync(() => third.Registry.Count == 2 && here.Registry.Count == 2 && there.Registry.Count == 2);
        Assert.Equal(there.Registry.GetPresence(ChatAudience.Everyone), third.Registry.GetPresence(ChatAudience.Everyone));
        Assert.NotEqual(
            third.Registry.GetConnections(second.Audience)[0].ConnectedAt, Assert.Single(third.Registry.GetPresence(ChatAudience.User("anna"))).Since);
    }

    [Fact]
    public async Task Group_JoinedAndLeftFromAnyNode_IsKnownToAll()
    {
        TestNode[] nodes = [await StartAsync(), await StartAsync(), await StartAsync()];
        var page = nodes[0].Connect("a");
        await Eventually.TrueAsync(() => nodes.All(node => node.Registry.Count == 1));
        int[] Members() => [.. nodes.Select(node => node.Registry.GetCount(ChatAudience.Group("kitchen")))];

        Assert.True(nodes[0].Registry.AddToGroup(page.Id, "kitchen"));
        await Eventually.TrueAsync(() => Members() is [1, 1, 1]);
        Assert.True(nodes[1].Registry.RemoveFromGroup(page.Id, "kitchen"));
        Assert.Equal(0, nodes[1].Registry.GetCount(ChatAudience.Group("kitchen")));
        await Eventually.TrueAsync(() => Members() is [0, 0, 0]);
        Assert.True(nodes[2].Registry.AddToGroup(page.Id, "kitchen"));
        await Eventually.TrueAsync(() => Members() is [1, 1, 1]);

        page.Leave();
        await Eventually.TrueAsync(() => nodes.All(node => node.Registry.Count == 0));
        Assert.Equal([0, 0, 0], Members());
        Assert.False(nodes[1].Registry.AddToGroup(page.Id, "kitchen"));
    }

    [Fact]
    public async Task Send_AnyAudience_ReachesItsPagesOnAllNodesOnce()
    {
        var (here, there) = (await StartAsync(), await StartAsync());
        TestPage[] pages = [here.Connect("a", "anna"), there.Connect("b", "anna"), there.Connect("a"), there.Connect("c")];
        await Eventually.TrueAsync(() => here.Registry.Count == 4);
        here.Registry.AddToGroup(pages[3].Id, "kitchen");
        (ChatAudience Audience, bool[] Reached)[] sent =
        [
            (ChatAudience.Everyone, [true, true, true, true]),
            (ChatAudience.User("anna"), [true, true, false, false]),
            (ChatAudience.Conversation(new ConversationId("a")), [true, false, true, false]),
            (ChatAudience.Group("kitchen"), [false, false, false, true]),
            (pages[2].Audience, [false, false, true, false]),
            (pages[0].Audience, [true, false, false, false]),
        ];

        foreach (var (number, (audience, _)) in sent.Index())
        {
            await here.Channel.SendAsync(audience, $"<b id=\"x\" hx-swap-oob=\"true\">{number}</b>", Cancellation);
        }

        await here.Channel.SendAsync(ChatAudience.Everyone, "<b id=\"x\" hx-swap-oob=\"true\">last</b>", Cancellation);
        await Eventually.TrueAsync(() => pages.All(page => page.Fragments is [.., var last] && last.Contains("last", StringComparison.Ordinal)));
        foreach (var (place, page) in pages.Index())
        {
            string[] expected = [.. sent.Index().Where(one => one.Item.Reached[place]).Select(one => $"<b id=\"x\" hx-swap-oob=\"true\">{one.Index}</b>")];
            Assert.Equal(expected, page.Fragments[..^1]);
        }
    }

    [Fact]
    [Trait("Row", "F-18")]
    public async Task Send_LongestFragment_ArrivesWholeAndALongerOneIsRefused()
    {
        var (here, there) = (await StartAsync(), await StartAsync());
        var page = there.Connect("a");
        await Eventually.TrueAsync(() => here.Registry.Count == 1);
        const string Head = "<b id=\"x\" hx-swap-oob=\"true\">";
        var fragment = $"{Head}{new string('é', (65_536 - Head.Length - 4) / 2)}</b>";

        await here.Channel.SendAsync(page.Audience, fragment, Cancellation);
        await here.Channel.SendAsync(page.Audience, $"{Head}next</b>", Cancellation);
        await Assert.ThrowsAsync<ArgumentException>(() => here.Channel.SendAsync(page.Audience, fragment + "  ", Cancellation));

        await Eventually.TrueAsync(() => page.Fragments.Length == 2);
        Assert.Equal([fragment, $"{Head}next</b>"], page.Fragments);
    }

    [Fact]
    public async Task Say_ToAGroup_IsOneEntryOfEachConversationThatItsPagesShow()
    {
        var (here, there) = (await StartAsync(), await StartAsync());
        TestPage[] pages = [here.Connect("a"), there.Connect("a"), there.Connect("b"), there.Connect("c")];
        await Eventually.TrueAsync(() => here.Registry.Count == 4);
        foreach (var page in pages[..3])
        {
            here.Registry.AddToGroup(page.Id, "kitchen");
        }

        await here.Channel.SayAsync(ChatAudience.Group("kitchen"), "The soup is ready.", Cancellation);
        await here.Channel.StreamAsync(ChatAudience.Group("kitchen"), Words(), Cancellation);
        using (var work = here.Channel.BeginProgress(ChatAudience.Group("kitchen"), "Washing up"))
        {
            work.Complete();
        }

        string[] said = ["Assistant/Complete: The soup is ready.", "Assistant/Complete: Come and eat.", "Progress/Complete: Washing up"];
        await Until(here["a"], said);
        await Until(there["a"], said);
        await Until(there["b"], said);
        Assert.Empty(TextOf(there["c"]));

        static async IAsyncEnumerable<string> Words()
        {
            yield return "Come ";
            await Task.Yield();
            yield return "and eat.";
        }
    }

    [Fact]
    public async Task Disconnect_PagesOfOtherNodes_AreClosedThere()
    {
        var (here, there) = (await StartAsync(), await StartAsync());
        var (anna, bert) = (there.Connect("a", "anna"), there.Connect("b", "bert"));
        await Eventually.TrueAsync(() => here.Registry.Count == 2);

        Assert.Equal(1, here.Registry.Disconnect(ChatAudience.User("anna")));

        await Eventually.TrueAsync(() => anna.Closed is not null);
        Assert.Equal(Connections.CloseReason.PolicyViolation, anna.Closed);
        Assert.Null(bert.Closed);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await EndAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual ValueTask EndAsync() => default;

    private protected async Task<TestNode> StartAsync(TimeProvider? time = null) => await StartAsync(await JoinAsync(), time);

    private protected async Task<TestNode> StartAsync(IPipulateBackplane backplane, TimeProvider? time = null, Generation.IReplyLeaseStore? ledger = null)
    {
        var node = await TestNode.StartAsync(await OpenStoreAsync(), backplane, time, ledger);
        _nodes.Add(node);
        return node;
    }

    /// <summary>One conversation, open on two nodes that know of each other.</summary>
    private protected async Task<(Conversation Here, Conversation There)> OpenOnTwoAsync()
    {
        var here = await (await StartAsync()).OpenAsync("c");
        var there = await (await StartAsync()).OpenAsync("c");
        var page = new Page();
        foreach (var (one, other) in ((Conversation, Conversation)[])[(here, there), (there, here)])
        {
            one.Viewers.Add(page);
            await Eventually.TrueAsync(() => other.Viewers.HasRemoteViewers);
            one.Viewers.Remove(page);
            await Eventually.TrueAsync(() => !other.Viewers.HasRemoteViewers);
        }

        return (here, there);
    }

    private protected static string[] TextOf(Conversation conversation) =>
        Look(conversation, entries => entries.Where(entry => !entry.Withdrawn).Select(entry => $"{entry.Role}/{entry.State}: {entry.Text}").ToArray());

    private protected static string AnswerIn(Conversation conversation) =>
        Look(conversation, entries => entries.FirstOrDefault(entry => entry.Role is EntryRole.Assistant)?.Text.ToString() ?? "");

    private protected static T Look<T>(Conversation conversation, Func<IReadOnlyList<ConversationEntry>, T> look)
    {
        lock (conversation.Gate)
        {
            return look(conversation.Entries);
        }
    }

    private protected static async Task Until(Conversation conversation, params string[] expected)
    {
        using var limit = new CancellationTokenSource(TestTime.Timeout);
        while (!TextOf(conversation).SequenceEqual(expected))
        {
            Assert.False(limit.IsCancellationRequested, $"It did not come to that: {string.Join(" | ", TextOf(conversation))}");
            await Task.Delay(5, Cancellation);
        }
    }

    private protected static bool IsStored(Conversation conversation) => conversation.Observers.OfType<Storage.ConversationWriter>().Single().IsSaved;

    private async Task<StoredConversation> ReadAsync(string id) =>
        (await (await OpenStoreAsync()).ReadAsync(new ConversationKey(id, new ConversationId(id)), 1000, cancellationToken: Cancellation))!;

    private sealed class Page : IConversationViewer
    {
        public void NotifyChanged()
        {
        }
    }
}
