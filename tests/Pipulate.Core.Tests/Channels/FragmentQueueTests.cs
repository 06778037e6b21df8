using System.Buffers;
using Pipulate.Channels;

namespace Pipulate.Tests.Channels;

public class FragmentQueueTests
{
    private readonly FragmentQueue _queue = new();
    private readonly ArrayBufferWriter<byte> _html = new();

    [Fact]
    public void TakeAll_Waiting_GivesThemInOrderAndOnce()
    {
        Assert.True(_queue.TryAdd("<a>"u8.ToArray()));
        Assert.True(_queue.TryAdd("<b>"u8.ToArray()));

        Assert.True(_queue.TakeAll(_html));
        Assert.Equal("<a><b>"u8, _html.WrittenSpan);
        Assert.False(_queue.TakeAll(_html));
    }

    [Fact]
    public void TryAdd_TooMany_IsRefusedUntilTheyAreTaken()
    {
        for (var i = 0; i < FragmentQueue.Capacity; i++)
        {
            Assert.True(_queue.TryAdd(new byte[1]));
        }

        Assert.False(_queue.TryAdd(new byte[1]));
        _queue.TakeAll(_html);
        Assert.True(_queue.TryAdd(new byte[1]));
    }

    [Fact]
    public void TryAdd_TooManyBytes_IsRefusedUntilTheyAreTaken()
    {
        Assert.True(_queue.TryAdd(new byte[FragmentQueue.CapacityBytes - 1]));
        Assert.False(_queue.TryAdd(new byte[2]));
        Assert.True(_queue.TryAdd(new byte[1]));
        _queue.TakeAll(_html);
        Assert.True(_queue.TryAdd(new byte[FragmentQueue.CapacityBytes]));
    }
}
