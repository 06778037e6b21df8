using Pipulate.Connections;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Nodes;
using Pipulate.Storage;
using Pipulate.Stores.Hosting;
using Pipulate.Tests;

namespace Pipulate.Stores;

/// <content>Connections: presence, groups and what is sent to audiences.</content>
public abstract partial class NodesContract
{
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
            third.Registry.GetConnections(second.Audience)[0].ConnectedAt, Assert.Single(
                third.Registry.GetPresence(ChatAudience.User("anna"))).Since);
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
        await Eventually.TrueAsync(
            () => pages.All(page => page.Fragments is [.., var last] && last.Contains("last", StringComparison.Ordinal)));
        foreach (var (place, page) in pages.Index())
        {
            string[] expected = [.. sent.Index().Where(one => one.Item.Reached[place]).Select(
                one => $"<b id=\"x\" hx-swap-oob=\"true\">{one.Index}</b>")];
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
}
