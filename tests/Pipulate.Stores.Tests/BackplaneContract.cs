using System.Collections.Concurrent;
using Pipulate.Tests;

namespace Pipulate.Stores;

/// <summary>
/// What every backplane must do. A backplane's tests derive from this; those of a backplane of your own may too.
/// </summary>
public abstract class BackplaneContract
{
    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Makes the backplane of a further node; all that one test makes are connected.</summary>
    protected abstract ValueTask<IPipulateBackplane> JoinAsync();

    /// <summary>Breaks all connections of the nodes, which may connect again at once.</summary>
    protected abstract ValueTask BreakAsync();

    [Fact]
    public async Task Publish_Message_ReachesAllOthersAndNotItself()
    {
        var nodes = await JoinAsync(3);

        await nodes[0].Backplane.PublishAsync(new byte[] { 1 }, Cancellation);
        await nodes[1].Backplane.PublishAsync(new byte[] { 2 }, Cancellation);

        await Eventually.TrueAsync(() => nodes[2].Received.Count == 2 && !nodes[0].Received.IsEmpty && !nodes[1].Received.IsEmpty);
        Assert.Equal([2], Assert.Single(nodes[0].Received));
        Assert.Equal([1], Assert.Single(nodes[1].Received));
        Assert.Equal([1, 2], nodes[2].Received.Select(message => (int)message[0]).Order());
    }

    [Fact]
    public async Task Publish_AnyBytes_ArriveAsTheyAre()
    {
        var nodes = await JoinAsync(2);
        byte[] every = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        var largest = new byte[nodes[0].Backplane.LargestMessage];
        new Random(1).NextBytes(largest);

        await nodes[0].Backplane.PublishAsync(every, Cancellation);
        await nodes[0].Backplane.PublishAsync(largest, Cancellation);

        await Eventually.TrueAsync(() => nodes[1].Received.Count == 2);
        Assert.Equal([every, largest], nodes[1].Received);
        Assert.True(largest.Length >= 1024);
    }

    [Fact]
    [Trait("Row", "F-18")]
    public async Task Publish_EmptyOrTooLong_IsRefused()
    {
        var backplane = await JoinAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => backplane.PublishAsync(default, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => backplane.PublishAsync(new byte[backplane.LargestMessage + 1], Cancellation));
    }

    [Fact]
    [Trait("Row", "F-18")]
    public async Task Publish_Many_ArriveOnceAndInOrder()
    {
        var nodes = await JoinAsync(3);

        await Task.WhenAll(nodes.Take(2).Select((node, sender) => Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
            {
                await node.Backplane.PublishAsync(new[] { (byte)sender, (byte)(i / 256), (byte)i }, Cancellation);
            }
        })));

        await Eventually.TrueAsync(() => nodes[2].Received.Count == 600);
        foreach (var sender in nodes[2].Received.GroupBy(message => message[0]))
        {
            Assert.Equal(Enumerable.Range(0, 300), sender.Select(message => (message[1] * 256) + message[2]));
        }
    }

    [Fact]
    [Trait("Row", "F-18")]
    public async Task Publish_SameTwice_ArrivesTwice()
    {
        var nodes = await JoinAsync(2);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => nodes[0].Backplane.PublishAsync(new byte[] { 7 }, Cancellation)));

        await Eventually.TrueAsync(() => nodes[1].Received.Count == 5);
    }

    [Fact]
    public async Task Subscribe_First_SaysThatItIsConnected()
    {
        var order = new ConcurrentQueue<string>();
        var other = await JoinAsync();
        var backplane = await JoinAsync();
        using var subscription = backplane.Subscribe(_ => order.Enqueue("message"), () => order.Enqueue("connected"));
        await Eventually.TrueAsync(() => !order.IsEmpty);

        await other.PublishAsync(new byte[] { 1 }, Cancellation);

        await Eventually.TrueAsync(() => order.Count == 2);
        Assert.Equal(["connected", "message"], order);
    }

    [Fact]
    public async Task Subscription_Disposed_HearsNothingMore()
    {
        var nodes = await JoinAsync(3);
        await nodes[0].Backplane.PublishAsync(new byte[] { 1 }, Cancellation);
        await Eventually.TrueAsync(() => nodes[1].Received.Count == 1);

        nodes[1].Subscription.Dispose();
        await nodes[0].Backplane.PublishAsync(new byte[] { 2 }, Cancellation);
        await nodes[0].Backplane.PublishAsync(new byte[] { 3 }, Cancellation);

        // The other one has both: so would this one.
        await Eventually.TrueAsync(() => nodes[2].Received.Count == 3);
        Assert.DoesNotContain(nodes[1].Received, message => message[0] == 3);
    }

    [Fact]
    public async Task Received_Throws_GoesOn()
    {
        var other = await JoinAsync();
        var backplane = await JoinAsync();
        var node = new Node(backplane, message =>
        {
            if (message[0] == 1)
            {
                throw new InvalidOperationException("Planted.");
            }
        });
        await Eventually.TrueAsync(() => node.Connected == 1);

        await other.PublishAsync(new byte[] { 1 }, Cancellation);
        await other.PublishAsync(new byte[] { 2 }, Cancellation);

        await Eventually.TrueAsync(() => node.Received.Any(message => message[0] == 2));
        Assert.Equal(1, node.Connected);
        node.Subscription.Dispose();
    }

    [Fact]
    [Trait("Row", "F-16")]
    public async Task Connection_Broken_SaysSoAndGoesOn()
    {
        var nodes = await JoinAsync(2);

        await BreakAsync();
        await Eventually.TrueAsync(() => nodes.All(node => node.Connected == 2));

        // The connection that sends may be found broken with the first message.
        for (var sent = false; !sent;)
        {
            try
            {
                await nodes[0].Backplane.PublishAsync(new byte[] { 9 }, Cancellation);
                sent = true;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(exception.Message);
            }
        }

        await Eventually.TrueAsync(() => nodes[1].Received.Any(message => message[0] == 9));
    }

    private async Task<Node[]> JoinAsync(int count)
    {
        var nodes = new List<Node>();
        for (var i = 0; i < count; i++)
        {
            nodes.Add(new Node(await JoinAsync(), null));
        }

        await Eventually.TrueAsync(() => nodes.All(node => node.Connected == 1));
        return [.. nodes];
    }

    private sealed class Node
    {
        private int _connected;

        public Node(IPipulateBackplane backplane, Action<byte[]>? received)
        {
            Backplane = backplane;
            Subscription = backplane.Subscribe(
                message =>
                {
                    var bytes = message.ToArray();
                    Received.Enqueue(bytes);
                    received?.Invoke(bytes);
                },
                () => Interlocked.Increment(ref _connected));
        }

        public IPipulateBackplane Backplane { get; }

        public IDisposable Subscription { get; }

        public ConcurrentQueue<byte[]> Received { get; } = new();

        public int Connected => Volatile.Read(ref _connected);
    }
}
