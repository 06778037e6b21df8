using Microsoft.Extensions.Options;
using Pipulate.Channels;
using Pipulate.Conversations;
using Pipulate.Rendering;

namespace Pipulate.Tests.Channels;

public sealed class ConnectionRegistryTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly PanelStatus _status = new();
    private readonly ConversationDirectory _conversations;
    private readonly PipulateOptions _options = new();
    private readonly ConnectionRegistry _registry;
    private readonly List<ChatConnection> _made = [];

    public ConnectionRegistryTests()
    {
        _conversations = new ConversationDirectory(_time);
        _registry = new ConnectionRegistry(_status, Options.Create(_options));
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
        Assert.True(connection.Conversation.Watchers.Any);

        _registry.Remove(connection);
        _registry.Remove(connection);

        Assert.False(connection.Conversation.Watchers.Any);
        Assert.Equal(0, _registry.Count);
        Assert.Empty(Ids(ChatAudience.User("anna")));
        Assert.Empty(Ids(ChatAudience.Conversation(new ConversationId("a"))));
    }

    [Fact]
    public void Admit_VisitorsLimit_RefusesOneMoreOfTheirPagesOnly()
    {
        _options.Limits.ConnectionsPerVisitor = 2;
        Add("1", "a", null);
        Assert.Equal(Admission.Granted, _registry.Admit(new ConversationId("a"), ConversationScope.PerVisitor));
        var second = Add("2", "a", null);

        Assert.Equal(Admission.VisitorFull, _registry.Admit(new ConversationId("a"), ConversationScope.PerVisitor));
        Assert.Equal(Admission.Granted, _registry.Admit(new ConversationId("a"), ConversationScope.Shared));
        Assert.Equal(Admission.Granted, _registry.Admit(new ConversationId("b"), ConversationScope.PerVisitor));
        _registry.Remove(second);
        Assert.Equal(Admission.Granted, _registry.Admit(new ConversationId("a"), ConversationScope.PerVisitor));
    }

    [Fact]
    public void Admit_ServersLimit_RefusesEverybody()
    {
        _options.Limits.Connections = 1;
        Add("1", "a", null);

        Assert.Equal(Admission.ServerFull, _registry.Admit(new ConversationId("b"), ConversationScope.PerVisitor));
        Assert.Equal(Admission.ServerFull, _registry.Admit(new ConversationId("b"), ConversationScope.Shared));
    }

    [Fact]
    public async Task Drain_Connected_AreSentAwayAndNobodyIsLetIn()
    {
        var transport = new ScriptedTransport();
        var connection = Add("1", "a", null, transport);
        _registry.Drain();
        await connection.WriteAsync(TestContext.Current.CancellationToken).WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        Assert.Equal(CloseReason.Restarting, await transport.ClosedAsync());
        Assert.Equal(1012, (int)CloseReason.Restarting);
        Assert.Equal(Admission.ServerFull, _registry.Admit(new ConversationId("b"), ConversationScope.PerVisitor));
    }

    [Fact]
    public async Task Add_WhileDraining_IsSentAwayAtOnce()
    {
        _registry.Drain();
        var transport = new ScriptedTransport();
        await Add("1", "a", null, transport).WriteAsync(TestContext.Current.CancellationToken).WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

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
        _status.Say("Model: x");
        await _time.WaitForTimerAsync(ChatConnection.Gathering);
        _time.Advance(ChatConnection.Gathering);

        Assert.Equal("<div id=\"chat-status\" hx-swap-oob=\"innerHTML\">Model: x</div>", await transport.NextAsync());
        await writing.LeaveAsync(gone, _time);
    }

    private string[] Ids(ChatAudience audience) => [.. _registry.GetConnections(audience).Select(info => info.Id).Order()];

    private ChatConnection Add(string id, string conversation, string? user, ScriptedTransport? transport = null)
    {
        var name = new ConversationId(conversation);
        var connection = new ChatConnection(
            new ChatConnectionInfo(id, name, user, _time.GetUtcNow()), _conversations.Get(name), _status, transport ?? new ScriptedTransport(), TimeSpan.FromSeconds(10), _time);
        _made.Add(connection);
        _registry.Add(connection);
        return connection;
    }
}
