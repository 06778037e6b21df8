using Pipulate.Connections;
using Pipulate.Rendering;
using Pipulate.Storage;
using Pipulate.Tests.Storage;

namespace Pipulate.Tests.Connections;

public sealed class ConnectionRegistryTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly PanelStatus _status = new();
    private readonly ConversationCache _conversations;
    private readonly ConnectionRegistry _registry;
    private readonly List<ChatConnection> _made = [];

    public ConnectionRegistryTests()
    {
        _conversations = TestStorage.CreateIdleCache(_time);
        _registry = new ConnectionRegistry(_status, _time, NoRemoteConnections.Instance);
    }

    public void Dispose() => _made.ForEach(connection => connection.Dispose());

    [Fact]
    public void GetConnections_EachAudience_GivesItsPages()
    {
        Add("1", "a", "anna");
        Add("2", "a", null);
        Add("3", "b", "anna");

        Assert.Equal(3, _registry.Count);
        Assert.Equal(["1", "2", "3"], Ids(ChatAudience.Everyone));
        Assert.Equal(["1", "2"], Ids(ChatAudience.Conversation(new ConversationId("a"))));
        Assert.Equal(["1", "3"], Ids(ChatAudience.User("anna")));
        Assert.Equal(["2"], Ids(ChatAudience.Connection("2")));
    }

    [Fact]
    public void GetConnections_NobodyThere_IsEmpty()
    {
        Add("1", "a", null);

        Assert.Empty(Ids(ChatAudience.Conversation(new ConversationId("b"))));
        Assert.Empty(Ids(ChatAudience.Conversation(default)));
        Assert.Empty(Ids(ChatAudience.User("a")));
        Assert.Empty(Ids(ChatAudience.Connection("a")));
    }

    [Fact]
    public void Audience_WithoutAName_Throws()
    {
        Assert.ThrowsAny<ArgumentException>(() => ChatAudience.User(""));
        Assert.ThrowsAny<ArgumentException>(() => ChatAudience.Connection(null!));
    }

    [Fact]
    public void AddAndRemove_Connection_IsWatchedMeanwhile()
    {
        var connection = Add("1", "a", "anna");
        Assert.True(connection.Conversation.Viewers.Any);

        _registry.Remove(connection);
        _registry.Remove(connection);

        Assert.False(connection.Conversation.Viewers.Any);
        Assert.Equal(0, _registry.Count);
        Assert.Empty(Ids(ChatAudience.User("anna")));
        Assert.Empty(Ids(ChatAudience.Conversation(new ConversationId("a"))));
    }

    [Fact]
    public void Drain_Connected_AreHandedOverAndNobodyIsLetIn()
    {
        var connection = Add("1", "a", null);

        Assert.False(_registry.IsDraining);
        Assert.Equal([connection], _registry.Drain());
        Assert.Equal(1012, (int)CloseReason.Restarting);
        Assert.True(_registry.IsDraining);
    }

    [Fact]
    public async Task Add_WhileDraining_IsSentAwayAtOnce()
    {
        _registry.Drain();
        var transport = new ScriptedTransport();
        await Add("1", "a", null, transport)
            .WriteAsync(TestContext.Current.CancellationToken)
            .WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        Assert.Equal(CloseReason.Restarting, await transport.ClosedAsync());
    }

    [Fact]
    public async Task Status_Changed_WakesEveryPage()
    {
        var transport = new ScriptedTransport();
        var connection = Add("1", "a", null, transport);
        using var gone = new CancellationTokenSource();
        var writing = connection.WriteAsync(gone.Token);
        await transport.NextAsync();
        _status.Set("Model: x");
        await _time.WaitForTimerAsync(ChatConnection.GatherInterval);
        _time.Advance(ChatConnection.GatherInterval);

        Assert.Equal("<div id=\"chat-status\" hx-swap-oob=\"innerHTML\">Model: x</div>", await transport.NextAsync());
        await gone.CancelAsync();
        await writing;
    }

    [Fact]
    public void AddToGroup_Pages_AreFoundUntilTheyLeaveOrAreGone()
    {
        Add("1", "a", "anna");
        Add("2", "b", null);
        var third = Add("3", "c", null);
        Assert.True(_registry.AddToGroup("1", "room"));
        Assert.True(_registry.AddToGroup("1", "room"));
        Assert.True(_registry.AddToGroup("3", "room"));
        Assert.True(_registry.AddToGroup("3", "other"));
        Assert.Equal(["1", "3"], Ids(ChatAudience.Group("room")));
        Assert.Equal(2, _registry.GetCount(ChatAudience.Group("room")));

        Assert.True(_registry.RemoveFromGroup("1", "room"));
        Assert.False(_registry.RemoveFromGroup("1", "room"));
        Assert.Equal(["3"], Ids(ChatAudience.Group("room")));

        _registry.Remove(third);
        Assert.Empty(Ids(ChatAudience.Group("room")));
        Assert.Empty(Ids(ChatAudience.Group("other")));
        Assert.False(_registry.AddToGroup("3", "room"));
        Assert.False(_registry.RemoveFromGroup("3", "room"));
    }

    [Fact]
    public void Changed_ForWhatChangesWhoIsWhere_IsRaisedAndForNothingElse()
    {
        var changes = 0;
        _registry.Changed += () => changes++;

        var page = Add("1", "a", null);
        Assert.Equal(1, changes);
        _registry.AddToGroup("1", "room");
        _registry.AddToGroup("1", "room");
        _registry.AddToGroup("2", "room");
        Assert.Equal(2, changes);
        _registry.RemoveFromGroup("1", "room");
        _registry.RemoveFromGroup("1", "room");
        Assert.Equal(3, changes);
        _registry.Remove(page);
        _registry.Remove(page);
        Assert.Equal(4, changes);
    }

    [Fact]
    public void Group_WithoutAName_Throws()
    {
        Add("1", "a", null);

        Assert.ThrowsAny<ArgumentException>(() => ChatAudience.Group(""));
        Assert.ThrowsAny<ArgumentException>(() => _registry.AddToGroup("1", ""));
        Assert.ThrowsAny<ArgumentException>(() => _registry.RemoveFromGroup(null!, "room"));
    }

    [Fact]
    public void GetPresence_VisitorsWithSomePages_AreEachHereOnceSinceTheirFirst()
    {
        var begin = _time.GetUtcNow();
        Add("1", "a", "anna");
        _time.Advance(TimeSpan.FromMinutes(1));
        Add("2", "b", null);
        Add("3", "a2", "anna");
        _registry.AddToGroup("3", "room");

        Assert.Equal(
            [
                new ChatPresence(new ConversationId("a"), "anna", 2, begin),
                new ChatPresence(new ConversationId("b"), null, 1, begin + TimeSpan.FromMinutes(1))
            ],
            _registry.GetPresence(ChatAudience.Everyone));
        Assert.Equal([new ChatPresence(new ConversationId("a2"), "anna", 1, begin)], _registry.GetPresence(ChatAudience.Group("room")));
        Assert.Empty(_registry.GetPresence(ChatAudience.User("bert")));
    }

    [Fact]
    public void GetPresence_AfterAReload_HasNeverBeenAwayAndAfterAWhileHas()
    {
        var begin = _time.GetUtcNow();
        _registry.Remove(Add("1", "a", null));
        _time.Advance(TimeSpan.FromSeconds(9));
        var back = Add("2", "a", null);
        Assert.Equal(begin, Assert.Single(_registry.GetPresence(ChatAudience.Everyone)).Since);

        _registry.Remove(back);
        _time.Advance(TimeSpan.FromSeconds(11));
        Add("3", "a", null);
        Assert.Equal(_time.GetUtcNow(), Assert.Single(_registry.GetPresence(ChatAudience.Everyone)).Since);
    }

    [Fact]
    public async Task Disconnect_OfAUser_ClosesTheirPagesForGood()
    {
        var transport = new ScriptedTransport();
        var connection = Add("1", "a", "anna", transport);
        Add("2", "b", "bert");

        Assert.Equal(1, _registry.Disconnect(ChatAudience.User("anna")));

        await connection
            .WriteAsync(TestContext.Current.CancellationToken)
            .WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
        Assert.Equal(CloseReason.PolicyViolation, await transport.ClosedAsync());
    }

    /// <summary>
    /// Four threads let pages come, move between groups and go, as chance wants; when all have gone nothing is left of them.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Groups_ManyPagesAtOnce_EndEmpty(int seed)
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            var random = new Random((seed * 100) + worker);
            var here = new List<ChatConnection>();
            for (var step = 0; step < 5_000; step++)
            {
                var page = here.Count > 0 ? here[random.Next(here.Count)] : null;
                var group = $"room {random.Next(5)}";
                switch (random.Next(6))
                {
                    case 0 or 1 when here.Count < 50:
                        here.Add(Page($"{worker}-{step}", $"c{random.Next(20)}", random.Next(2) == 0 ? $"u{random.Next(20)}" : null));
                        _registry.Add(here[^1]);
                        break;
                    case 2 when page is not null:
                        here.Remove(page);
                        _registry.Remove(page);
                        Assert.DoesNotContain(page, _registry.Find(ChatAudience.Group(group)));
                        page.Dispose();
                        break;
                    case 3 when page is not null:
                        Assert.True(_registry.AddToGroup(page.Info.Id, group));
                        Assert.Contains(page, _registry.Find(ChatAudience.Group(group)));
                        break;
                    case 4 when page is not null:
                        _registry.RemoveFromGroup(page.Info.Id, group);
                        Assert.DoesNotContain(page, _registry.Find(ChatAudience.Group(group)));
                        break;
                    default:
                        Assert.All(_registry.GetPresence(ChatAudience.Group(group)), visitor => Assert.True(visitor.Connections > 0));
                        break;
                }
            }

            here.ForEach(_registry.Remove);
            here.ForEach(page => page.Dispose());
        }, TestContext.Current.CancellationToken)));

        Assert.Equal(0, _registry.Count);
        Assert.Equal(0, _registry.GroupCount);
        Assert.Empty(_registry.GetPresence(ChatAudience.Everyone));
    }

    private string[] Ids(ChatAudience audience) => [.. _registry.GetConnections(audience).Select(info => info.Id).Order()];

    private ChatConnection Add(string id, string conversation, string? user, ScriptedTransport? transport = null)
    {
        var connection = Page(id, conversation, user, transport);
        _made.Add(connection);
        _registry.Add(connection);
        return connection;
    }

    private ChatConnection Page(string id, string conversation, string? user, ScriptedTransport? transport = null)
    {
        var name = new ConversationId(conversation);
        return new ChatConnection(
            new ChatConnectionInfo(id, name, user, _time.GetUtcNow()), _conversations.Get(name), _status, transport
                ?? new ScriptedTransport(), TimeSpan.FromSeconds(10), _time);
    }
}
