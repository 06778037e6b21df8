using Microsoft.Extensions.Logging.Abstractions;
using Pipulate.Connections;
using Pipulate.Conversations;
using Pipulate.Generation;
using Pipulate.Nodes;
using Pipulate.Rendering;
using Pipulate.Storage;
using Pipulate.Tests;

namespace Pipulate.Stores.Hosting;

/// <summary>What one process of an application has of the conversations: everything but the web and the model.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly WriteBehindService _keeper;
    private readonly NodeLink _link;
    private readonly ConversationCache _conversations;
    private readonly List<TestPage> _pages = [];
    private readonly TimeProvider _time;
    private bool _ended;

    private TestNode(IConversationStore store, IPipulateBackplane backplane, TimeProvider time, IReplyLeaseStore? ledger)
    {
        _link = new NodeLink(time, NullLogger<NodeLink>.Instance, backplane);
        _keeper = new WriteBehindService(store, time, NullLogger<WriteBehindService>.Instance);
        Storage = new ConversationStorage(_keeper, store, _link, time, ledger);
        _conversations = new ConversationCache(time, Storage, markdown: false);
        _time = time;
        Owned = new VisitorConversations(_conversations, Storage, store, _link, time);
        Registry = new ConnectionRegistry(new PanelStatus(), time, _link);
        _link.Attach(Registry);
        Channel = new ChatChannel(_conversations, Registry, new TextPacer(TimeSpan.Zero, time, CancellationToken.None));
    }

    public NodeLink Link => _link;

    public ConversationStorage Storage { get; }

    public VisitorConversations Owned { get; }

    public ConnectionRegistry Registry { get; }

    public ChatChannel Channel { get; }

    public Conversation this[string id] => _conversations.Get(new ConversationId(id));

    public static async Task<TestNode> StartAsync(
        IConversationStore store, IPipulateBackplane backplane, TimeProvider? time = null, IReplyLeaseStore? ledger = null)
    {
        var node = new TestNode(store, backplane, time ?? TimeProvider.System, ledger);
        await node._link.StartAsync(CancellationToken.None);
        await node._keeper.StartAsync(CancellationToken.None);
        return node;
    }

    /// <summary>Opens a conversation with what the store has of it.</summary>
    public async Task<Conversation> OpenAsync(string id)
    {
        var conversation = this[id];
        await conversation.Loaded.WaitAsync(Tests.TestTime.Timeout);
        return conversation;
    }

    /// <summary>Opens a page that shows a conversation.</summary>
    public TestPage Connect(string id, string? user = null)
    {
        var page = new TestPage(Registry, this[id], user, _time);
        _pages.Add(page);
        return page;
    }

    /// <summary>Ends it. What it was saying stays as it is, as if it had been killed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        await _keeper.StopAsync(CancellationToken.None);
        await _link.StopAsync(CancellationToken.None);
        _keeper.Dispose();
        _link.Dispose();
        _pages.ForEach(page => page.Dispose());
    }
}
