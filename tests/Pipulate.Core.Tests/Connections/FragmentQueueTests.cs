using Pipulate.Connections;

namespace Pipulate.Tests.Connections;

public class FragmentQueueTests
{
    private readonly FragmentQueue _queue = new();

    [Fact]
    public void TryTake_Waiting_GivesThemInOrderAndOnce()
    {
        Assert.True(_queue.TryAdd("<a>"u8.ToArray()));
        Assert.True(_queue.TryAdd("<b>"u8.ToArray()));

        Assert.True(_queue.TryTake(out var first));
        Assert.True(_queue.TryTake(out var second));
        Assert.Equal("<a>"u8, first.Span);
        Assert.Equal("<b>"u8, second.Span);
        Assert.False(_queue.TryTake(out _));
    }

    [Fact]
    public void TryAdd_TooMany_IsRefusedUntilTheyAreTaken()
    {
        for (var i = 0; i < FragmentQueue.Capacity; i++)
        {
            Assert.True(_queue.TryAdd(new byte[1]));
        }

        Assert.False(_queue.TryAdd(new byte[1]));
        Assert.True(_queue.TryTake(out _));
        Assert.True(_queue.TryAdd(new byte[1]));
    }

    [Fact]
    public void TryAdd_TooManyBytes_IsRefusedUntilTheyAreTaken()
    {
        Assert.True(_queue.TryAdd(new byte[FragmentQueue.CapacityBytes - 1]));
        Assert.False(_queue.TryAdd(new byte[2]));
        Assert.True(_queue.TryAdd(new byte[1]));
        Assert.True(_queue.TryTake(out _));
        Assert.True(_queue.TryTake(out _));
        Assert.True(_queue.TryAdd(new byte[FragmentQueue.CapacityBytes]));
    }
}
