using Pipulate.Connections;
using Pipulate.Conversations;
using Pipulate.Rendering;

namespace Pipulate.Tests.Connections;

public sealed class ConnectionDrainTests : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly ManualTime _time = new();
    private readonly PanelStatus _status = new();
    private readonly ConnectionRegistry _registry;
    private readonly List<ChatConnection> _connections = [];
    private readonly List<Task> _writing = [];
    private int _closed;

    public ConnectionDrainTests() => _registry = new ConnectionRegistry(_status, _time, NoRemoteConnections.Instance);

    public void Dispose() => _connections.ForEach(connection => connection.Dispose());

    [Fact]
    public async Task StoppingAsync_ManyPages_SendsThemAwayInWaves()
    {
        Connect(2_500);
        var stopping = new ConnectionDrain(_registry, _time).StoppingAsync(TestContext.Current.CancellationToken);

        await Eventually.TrueAsync(() => _closed == 1_000);
        await _time.WaitForTimerAsync(Pause);
        Assert.Equal(1_000, _closed);
        _time.Advance(Pause);
        await Eventually.TrueAsync(() => _closed == 2_000);
        await _time.WaitForTimerAsync(Pause);
        _time.Advance(Pause);
        await stopping;
        await Task.WhenAll(_writing).WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
        Assert.Equal(2_500, _closed);
    }

    [Fact]
    public async Task StoppingAsync_NoTimeLeft_SendsAllAwayAtOnce()
    {
        Connect(2_500);

        await new ConnectionDrain(_registry, _time).StoppingAsync(new CancellationToken(canceled: true));

        await Task.WhenAll(_writing).WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
        Assert.Equal(2_500, _closed);
    }

    /// <summary>Pages that have had their first message and are quiet.</summary>
    private void Connect(int pages)
    {
        var conversation = new Conversation(new ConversationId("c"), _time);
        for (var i = 0; i < pages; i++)
        {
            var info = new ChatConnectionInfo($"{i}", conversation.Id, null, _time.GetUtcNow());
            var connection = new ChatConnection(info, conversation, _status, new Transport(this), TimeSpan.FromSeconds(10), _time);
            _connections.Add(connection);
            _registry.Add(connection);
            _writing.Add(connection.WriteAsync(TestContext.Current.CancellationToken));
        }

        // Nothing is gathered any more: who is sent away goes at once.
        _time.Advance(ChatConnection.GatherInterval);
    }

    private sealed class Transport(ConnectionDrainTests test) : IChatTransport
    {
        public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public Task CloseAsync(CloseReason reason, CancellationToken cancellationToken)
        {
            Assert.Equal(CloseReason.Restarting, reason);
            Interlocked.Increment(ref test._closed);
            return Task.CompletedTask;
        }
    }
}
