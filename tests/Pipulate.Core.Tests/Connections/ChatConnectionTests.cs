using System.Text;
using Pipulate.Connections;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Rendering;
using Pipulate.Telemetry;
using Pipulate.Tests.Generation;

namespace Pipulate.Tests.Connections;

public sealed class ChatConnectionTests : IDisposable
{
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(10);

    private readonly ManualTime _time = new();
    private readonly ScriptedTransport _transport = new();
    private readonly CancellationTokenSource _gone = new();
    private readonly RecordedMeter _meter = new();
    private readonly Conversation _conversation;
    private readonly ChatConnection _connection;

    public ChatConnectionTests()
    {
        var id = new ConversationId("c");
        _conversation = new Conversation(id, _time);
        _connection = new ChatConnection(
            new ChatConnectionInfo("1", id, null, _time.GetUtcNow()),
            _conversation,
            new PanelStatus(),
            _transport,
            SendLimit,
            _time,
            new PipulateMetrics(_meter, _time));
        _conversation.Viewers.Add(_connection);
    }

    public void Dispose()
    {
        _connection.Dispose();
        _gone.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public async Task WriteAsync_AtFirst_SendsASnapshotWithoutBeingAsked()
    {
        var writing = _connection.WriteAsync(_gone.Token);

        Assert.Contains("id=\"msg-list\" hx-swap-oob=\"innerHTML\"", await _transport.NextAsync(), StringComparison.Ordinal);
        await _gone.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task WriteAsync_ChangesWithinTheGathering_AreOneMessage()
    {
        var writing = _connection.WriteAsync(_gone.Token);
        await _transport.NextAsync();
        var entry = _conversation.BeginMessage();
        await _time.WaitForTimerAsync(ChatConnection.GatherInterval);
        _conversation.Append(entry, "one ");
        _conversation.Append(entry, "two");
        Assert.False(_transport.TryNext(out _));
        _time.Advance(ChatConnection.GatherInterval);

        Assert.Contains(">one two</div>", await _transport.NextAsync(), StringComparison.Ordinal);
        Assert.False(_transport.TryNext(out _));
        await _gone.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task WriteAsync_PageGoesWhileChangesAreGathered_EndsAtOnce()
    {
        var writing = _connection.WriteAsync(_gone.Token);
        await _transport.NextAsync();
        _conversation.BeginMessage();
        await _time.WaitForTimerAsync(ChatConnection.GatherInterval);

        // The clock stands from here on.
        await _gone.CancelAsync();

        await writing.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
        Assert.False(_transport.TryNext(out _));
    }

    [Fact]
    public async Task WriteAsync_ChangeAfterQuiet_IsSentAtOnceAndNothingNewSendsNothing()
    {
        var writing = _connection.WriteAsync(_gone.Token);
        await _transport.NextAsync();
        _connection.NotifyChanged();
        await _time.WaitForTimerAsync(ChatConnection.GatherInterval);
        _time.Advance(ChatConnection.GatherInterval);

        // The clock stands from here on: nobody can be waiting for it.
        _conversation.AddUserMessage("hello", null);

        Assert.StartsWith(
            "<div id=\"msg-list\" hx-swap-oob=\"beforeend\"><div id=\"e1\"", await _transport.NextAsync(), StringComparison.Ordinal);
        await _gone.CancelAsync();
        await writing;
    }

    [Fact]
    [Trait("Row", "F-25")]
    public async Task Send_Fragments_GoBehindWhatIsNewInTheirOrderAndEachAlone()
    {
        _connection.Send(Bytes("<i id=\"a\" hx-swap-oob=\"true\"></i>"));
        _connection.Send(Bytes("<i id=\"b\" hx-swap-oob=\"true\"></i>"));
        var writing = _connection.WriteAsync(_gone.Token);

        Assert.StartsWith("<div id=\"chat-status\"", await _transport.NextAsync(), StringComparison.Ordinal);
        Assert.Equal("<i id=\"a\" hx-swap-oob=\"true\"></i>", await _transport.NextAsync());
        Assert.Equal("<i id=\"b\" hx-swap-oob=\"true\"></i>", await _transport.NextAsync());
        await _gone.CancelAsync();
        await writing;
    }

    [Fact]
    [Trait("Row", "S-24")]
    public async Task Send_FullQueue_ClosesWithTryAgainLater()
    {
        for (var i = 0; i <= FragmentQueue.Capacity + 1; i++)
        {
            _connection.Send(Bytes("<i id=\"a\" hx-swap-oob=\"true\"></i>"));
        }

        await _connection.WriteAsync(_gone.Token).WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        Assert.Equal(CloseReason.TryAgainLater, await _transport.ClosedAsync());
        Assert.Equal(1013, (int)CloseReason.TryAgainLater);
        Assert.Equal(1, _meter["pipulate.connection.evicted full"]);
    }

    [Fact]
    public async Task WriteAsync_SnapshotAndAnAnswerThatIsFarAhead_AreCounted()
    {
        var entry = _conversation.BeginMessage();
        _conversation.Append(entry, "x");
        var writing = _connection.WriteAsync(_gone.Token);
        await _transport.NextAsync();
        Assert.Equal((1, 0), (_meter["pipulate.connection.resyncs snapshot"], _meter["pipulate.connection.resyncs rewrite"]));

        _conversation.Append(entry, new string('y', 64 * 1024));
        await _time.WaitForTimerAsync(ChatConnection.GatherInterval);
        _time.Advance(ChatConnection.GatherInterval);
        await _transport.NextAsync();

        Assert.Equal((1, 1), (_meter["pipulate.connection.resyncs snapshot"], _meter["pipulate.connection.resyncs rewrite"]));
        await _gone.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task Close_WithSomethingNew_SendsItFirst()
    {
        _conversation.AddUserMessage("last words", null);
        _connection.Close(CloseReason.Restarting);
        await _connection.WriteAsync(_gone.Token).WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        Assert.Contains("last words", await _transport.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(CloseReason.Restarting, await _transport.ClosedAsync());
    }

    [Fact]
    [Trait("Row", "F-25")]
    public async Task Close_WhileSomethingElseIsBeingSent_SendsWhatCameMeanwhileFirst()
    {
        var entry = _conversation.BeginMessage();
        var release = new TaskCompletionSource();
        _transport.OnSend = _ => release.Task;
        var writing = _connection.WriteAsync(_gone.Token);
        await _transport.NextAsync();
        _conversation.End(entry, EntryState.Stopped, "Stopped: the server is restarting.");
        _connection.Close(CloseReason.Restarting);
        _transport.OnSend = null;
        release.SetResult();

        Assert.Contains("the server is restarting", await _transport.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(CloseReason.Restarting, await _transport.ClosedAsync());
        await writing.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Close_Twice_TheFirstReasonCounts()
    {
        _connection.Close(CloseReason.PolicyViolation);
        _connection.Close(CloseReason.Restarting);
        await _connection.WriteAsync(_gone.Token).WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        Assert.Equal(CloseReason.PolicyViolation, await _transport.ClosedAsync());
    }

    [Fact]
    public async Task WriteAsync_SendOverTheLimit_IsCancelled()
    {
        _transport.OnSend = token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        var writing = _connection.WriteAsync(_gone.Token);
        await _transport.NextAsync();
        await _time.WaitForTimerAsync(SendLimit);
        _time.Advance(SendLimit - TimeSpan.FromMilliseconds(1));
        Assert.False(writing.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        await Assert.ThrowsAsync<TimeoutException>(() => writing.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
        Assert.False(_transport.IsClosed);
    }

    [Fact]
    public async Task WriteAsync_GoodbyeOverTheLimit_IsCancelled()
    {
        _transport.OnClose = token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        _connection.Close(CloseReason.Restarting);
        var writing = _connection.WriteAsync(_gone.Token);
        await _transport.ClosedAsync();
        await _time.WaitForTimerAsync(SendLimit);
        _time.Advance(SendLimit);

        await Assert.ThrowsAsync<TimeoutException>(() => writing.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WriteAsync_QuickSends_AreNotCountedTogether()
    {
        var writing = _connection.WriteAsync(_gone.Token);
        await _transport.NextAsync();
        for (var i = 0; i < 3; i++)
        {
            _conversation.AddUserMessage("x", null);
            await _time.WaitForTimerAsync(ChatConnection.GatherInterval);
            _time.Advance(SendLimit / 2);
            await _transport.NextAsync();
        }

        await _gone.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task WriteAsync_QuietPageOfATransportWithAHeartbeat_GetsAnEmptyMessageEachTimeAndWithinTheSendLimit()
    {
        var heartbeat = TimeSpan.FromSeconds(15);
        var transport = new ScriptedTransport { Heartbeat = heartbeat };
        using var connection = new ChatConnection(_connection.Info, _conversation, new PanelStatus(), transport, SendLimit, _time);
        var writing = connection.WriteAsync(_gone.Token);
        await transport.NextAsync();
        for (var i = 0; i < 3; i++)
        {
            await _time.WaitForTimerAsync(heartbeat);
            _time.Advance(heartbeat);
            Assert.Equal("", await transport.NextAsync());
        }

        transport.OnSend = token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        _time.Advance(heartbeat);
        Assert.Equal("", await transport.NextAsync());
        await _time.WaitForTimerAsync(SendLimit);
        _time.Advance(SendLimit);
        await Assert.ThrowsAsync<TimeoutException>(() => writing.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WriteAsync_SendFails_TheExceptionGoesOn()
    {
        _transport.OnSend = _ => throw new IOException("The connection was reset.");

        await Assert.ThrowsAsync<IOException>(
            () => _connection.WriteAsync(_gone.Token).WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WriteAsync_PageGone_EndsWithoutClosing()
    {
        var writing = _connection.WriteAsync(_gone.Token);
        await _transport.NextAsync();
        await _gone.CancelAsync();
        await writing;

        Assert.False(_transport.IsClosed);
    }

    [Fact]
    [Trait("Row", "S-24")]
    public async Task WriteAsync_SlowPage_GetsAllOfItInOneLargerMessage()
    {
        var entry = _conversation.BeginMessage();
        var release = new TaskCompletionSource();
        _transport.OnSend = _ => release.Task;
        var writing = _connection.WriteAsync(_gone.Token);
        await _transport.NextAsync();
        for (var i = 0; i < 1_000; i++)
        {
            _conversation.Append(entry, "x");
        }

        _transport.OnSend = null;
        release.SetResult();

        Assert.Equal($"<div id=\"e1t\" hx-swap-oob=\"beforeend\">{new string('x', 1_000)}</div>", await _transport.NextAsync());
        await _gone.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task WriteAsync_FirstWordOfAnAnswerThatHasJustBegun_DoesNotWaitAndTheSecondDoes()
    {
        var writing = _connection.WriteAsync(_gone.Token);
        await _transport.NextAsync();
        _time.Advance(ChatConnection.GatherInterval);
        var entry = _conversation.BeginMessage();
        await _transport.NextAsync();

        _conversation.Append(entry, "one");
        Assert.Contains("one", await _transport.NextAsync(), StringComparison.Ordinal);

        _conversation.Append(entry, "two");
        await _time.WaitForTimerAsync(ChatConnection.GatherInterval);
        _time.Advance(ChatConnection.GatherInterval);
        Assert.Contains("two", await _transport.NextAsync(), StringComparison.Ordinal);
        await _gone.CancelAsync();
        await writing;
    }

    private static byte[] Bytes(string html) => Encoding.UTF8.GetBytes(html);
}
