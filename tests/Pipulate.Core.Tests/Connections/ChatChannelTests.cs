using System.Threading.Channels;
using Pipulate.Connections;
using Pipulate.Conversations;
using Pipulate.Rendering;
using Pipulate.Storage;
using Pipulate.Tests.Conversations;
using Pipulate.Tests.Storage;

namespace Pipulate.Tests.Connections;

public sealed class ChatChannelTests : IDisposable
{
    private static readonly ConversationId Name = new("a");
    private static readonly ChatAudience Audience = ChatAudience.Conversation(Name);

    private readonly ManualTime _time = new();
    private readonly PanelStatus _status = new();
    private readonly ConversationCache _conversations;
    private readonly ConnectionRegistry _registry;
    private readonly ChatChannel _channel;
    private readonly List<ChatConnection> _made = [];

    public ChatChannelTests()
    {
        _conversations = TestStorage.CreateIdleCache(_time);
        _registry = new ConnectionRegistry(_status, _time, NoRemoteConnections.Instance);
        _channel = new ChatChannel(_conversations, _registry, new TextPacer(TimeSpan.Zero, _time, CancellationToken.None));
    }

    private Conversation Conversation => _conversations.Get(Name);

    public void Dispose() => _made.ForEach(connection => connection.Dispose());

    [Fact]
    public async Task SayAsync_ConversationThatNobodyLooksAt_KeepsIt()
    {
        await _channel.SayAsync(Audience, "<b>hello</b>", TestContext.Current.CancellationToken);

        Assert.Equal(["Assistant/Complete: <b>hello</b>"], Conversation.Shown());
    }

    [Fact]
    public async Task SayAsync_UserWithTwoPagesOfOneConversation_SaysItOnceInEach()
    {
        Add("1", "a", "anna");
        Add("2", "a", "anna");
        Add("3", "b", "anna");
        Add("4", "c", null);
        await _channel.SayAsync(ChatAudience.User("anna"), "hello", TestContext.Current.CancellationToken);

        Assert.Single(Conversation.Shown());
        Assert.Single(_conversations.Get(new ConversationId("b")).Shown());
        Assert.Empty(_conversations.Get(new ConversationId("c")).Shown());
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task SayAsync_NoText_Throws(string? text) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _channel.SayAsync(Audience, text!, TestContext.Current.CancellationToken));

    [Fact]
    public async Task StreamAsync_Pieces_AppearAsTheyCome()
    {
        var pieces = Channel.CreateUnbounded<string>();
        var streaming = _channel.StreamAsync(
            Audience, pieces.Reader.ReadAllAsync(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        Assert.Equal(["Assistant/Streaming: "], Conversation.Shown());
        pieces.Writer.TryWrite("Hel");
        await Conversation.UntilAsync(entries => entries[0].Text.ToString() == "Hel");
        pieces.Writer.TryWrite("lo");
        pieces.Writer.Complete();
        await streaming.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        Assert.Equal(["Assistant/Complete: Hello"], Conversation.Shown());
    }

    [Fact]
    public async Task StreamAsync_SourceThrows_EndsAsFailedAndTheExceptionGoesOn()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => _channel.StreamAsync(Audience, Broken(), TestContext.Current.CancellationToken));

        Assert.Equal(["Assistant/Failed: Hel"], Conversation.Shown());

        static async IAsyncEnumerable<string> Broken()
        {
            await Task.Yield();
            yield return "Hel";
            throw new InvalidOperationException("No more.");
        }
    }

    [Fact]
    public async Task StreamAsync_Cancelled_EndsAsStopped()
    {
        using var stop = new CancellationTokenSource();
        var pieces = Channel.CreateUnbounded<string>();
        pieces.Writer.TryWrite("Hel");
        var streaming = _channel.StreamAsync(Audience, pieces.Reader.ReadAllAsync(CancellationToken.None), stop.Token);
        await Conversation.UntilAsync(entries => entries[0].Text.Length == 3);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => streaming.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
        Assert.Equal(["Assistant/Stopped: Hel"], Conversation.Shown());
    }

    [Fact]
    public async Task StreamAsync_CancelledAndTheSourceDoesNotHeedIt_EndsWithTheNextPiece()
    {
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _channel
                .StreamAsync(Audience, Deaf(stop), stop.Token)
                .WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
        Assert.Equal(["Assistant/Stopped: Hel"], Conversation.Shown());

        static async IAsyncEnumerable<string> Deaf(CancellationTokenSource stop)
        {
            await Task.Yield();
            yield return "Hel";
            await stop.CancelAsync();
            yield return "lo";
        }
    }

    [Fact]
    public async Task SendAsync_Fragment_ReachesThePagesAsItIs()
    {
        const string Fragment = "<b id=\"x\" hx-swap-oob=\"true\">1 &amp; 2</b>";
        var transport = new ScriptedTransport();
        var connection = Add("1", "a", null, transport);
        await _channel.SendAsync(Audience, Fragment, TestContext.Current.CancellationToken);
        connection.Close(CloseReason.Restarting);
        await connection
            .WriteAsync(TestContext.Current.CancellationToken)
            .WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        await transport.NextAsync();
        Assert.Equal(Fragment, await transport.NextAsync());
        Assert.Empty(Conversation.Shown());
    }

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData(" <b id=\"x\" hx-swap-oob=\"true\"></b>")]
    [InlineData("<b id=\"x\">no swap</b>")]
    [InlineData("<!-- hx-swap-oob --><b id=\"x\"></b>")]
    [InlineData("</div><b id=\"x\" hx-swap-oob=\"true\"></b>")]
    [InlineData("< b hx-swap-oob")]
    [InlineData("<")]
    [Trait("Row", "S-35")]
    public async Task SendAsync_NoFragment_Throws(string fragment) =>
        await Assert.ThrowsAsync<ArgumentException>(() => _channel.SendAsync(Audience, fragment, TestContext.Current.CancellationToken));

    [Fact]
    public async Task SendAsync_LongestFragment_IsTakenAndOneByteMoreIsNot()
    {
        const string Begin = "<b id=\"x\" hx-swap-oob=\"true\">";
        var fill = new string('x', 65_536 - Begin.Length - 4);
        await _channel.SendAsync(Audience, $"{Begin}{fill}</b>", TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<ArgumentException>(
            () => _channel.SendAsync(Audience, $"{Begin}{fill[1..]}é</b>", TestContext.Current.CancellationToken));
    }

    private ChatConnection Add(string id, string conversation, string? user, ScriptedTransport? transport = null)
    {
        var name = new ConversationId(conversation);
        var connection = new ChatConnection(
            new ChatConnectionInfo(id, name, user, _time.GetUtcNow()), _conversations.Get(name), _status, transport
                ?? new ScriptedTransport(), TimeSpan.FromSeconds(10), _time);
        _made.Add(connection);
        _registry.Add(connection);
        return connection;
    }
}
