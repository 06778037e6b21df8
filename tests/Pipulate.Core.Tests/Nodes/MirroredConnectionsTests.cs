using Microsoft.Extensions.Logging.Abstractions;
using Pipulate.Connections;
using Pipulate.Nodes;
using Pipulate.Rendering;

namespace Pipulate.Tests.Nodes;

/// <summary>What a node is told of another one's page, and what it has changed itself of the groups that the page is in.</summary>
public sealed class MirroredConnectionsTests : IDisposable
{
    private static readonly ChatAudience Kitchen = ChatAudience.Group("kitchen");
    private readonly Guid _node = Guid.NewGuid();
    private readonly ConnectionDescriptor _page;
    private readonly ManualTime _time = new();
    private readonly NodeLink _link;
    private readonly ConnectionRegistry _registry;

    public MirroredConnectionsTests()
    {
        _link = new NodeLink(_time, NullLogger<NodeLink>.Instance, new SilentBackplane());
        _registry = new ConnectionRegistry(new PanelStatus(), _time, _link);
        _link.Attach(_registry);
        _page = new ConnectionDescriptor(new ChatConnectionInfo("p", new ConversationId("c"), null, _time.GetUtcNow()), _time.GetUtcNow());
        _link.TakePage(_node, _page);
    }

    public void Dispose() => _link.Dispose();

    [Fact]
    public void Group_WhileItsNodeTellsOfAllItsPages_IsNeverEmpty()
    {
        _link.TakeGroup(_node, "p", "kitchen", joins: true);

        _link.TakePages(_node);
        Assert.Equal(1, _registry.GetCount(Kitchen));
        _link.TakePage(_node, _page);
        Assert.Equal(1, _registry.GetCount(Kitchen));
        _link.TakeGroup(_node, "p", "kitchen", joins: true);
        Beat();

        Assert.Equal(1, _registry.GetCount(Kitchen));
    }

    [Fact]
    public void Group_ThatItsNodeDoesNotTellOfAgain_IsLeft()
    {
        _link.TakeGroup(_node, "p", "kitchen", joins: true);

        _link.TakePages(_node);
        _link.TakePage(_node, _page);
        Beat();

        Assert.Equal(0, _registry.GetCount(Kitchen));
        Assert.Equal(1, _registry.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Group_ChangedHere_IsKeptWhenItsNodeHasNotHeardOfItYet(bool joins)
    {
        _link.TakeGroup(_node, "p", "kitchen", !joins);
        _ = joins ? _registry.AddToGroup("p", "kitchen") : _registry.RemoveFromGroup("p", "kitchen");

        _link.TakePages(_node);
        _link.TakePage(_node, _page);
        if (!joins)
        {
            _link.TakeGroup(_node, "p", "kitchen", joins: true);
        }

        Beat();
        Assert.Equal(joins ? 1 : 0, _registry.GetCount(Kitchen));
        _link.TakeGroup(_node, "p", "kitchen", joins);
        Later();
        Assert.Equal(joins ? 1 : 0, _registry.GetCount(Kitchen));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Group_ChangedHereAndTheWordWasLost_IsWhatItsNodeSays(bool joins)
    {
        _link.TakeGroup(_node, "p", "kitchen", !joins);
        _ = joins ? _registry.AddToGroup("p", "kitchen") : _registry.RemoveFromGroup("p", "kitchen");

        Later();

        Assert.Equal(joins ? 0 : 1, _registry.GetCount(Kitchen));
    }

    private void Later()
    {
        _time.Advance(TimeSpan.FromSeconds(11));
        Beat();
    }

    /// <summary>The node's heartbeat, whatever it counts.</summary>
    private void Beat() => _link.TakeAlive(_node, 0, 0);

    private sealed class SilentBackplane : IPipulateBackplane
    {
        public int LargestMessage => 1024;

        public IDisposable Subscribe(Action<ReadOnlyMemory<byte>> received, Action reconnected) =>
            throw new NotSupportedException("Nothing comes this way.");

        public Task PublishAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
