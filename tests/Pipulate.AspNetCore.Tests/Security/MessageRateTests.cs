using Pipulate.Security;

namespace Pipulate.Tests.Security;

public sealed class MessageRateTests
{
    [Fact]
    public void Visitors_MoreThanAreRemembered_LeaveItBounded()
    {
        var rate = Rate(burst: 2, perMinute: 1);

        for (var i = 0; i < 3 * MessageRate.Capacity; i++)
        {
            Assert.True(rate.TryTell($"v-{i}", out _));
            Assert.InRange(rate.Count, 1, MessageRate.Capacity);
        }
    }

    [Fact]
    public void Burst_WhenSpent_SaysHowLongToWaitAndTypingIsCountedApart()
    {
        var rate = Rate(burst: 2, perMinute: 20);

        Assert.True(rate.TryTell("v", out _));
        Assert.True(rate.TryTell("v", out _));
        Assert.False(rate.TryTell("v", out var wait));
        Assert.InRange(MessageRate.Seconds(wait), 1, 3);
        Assert.True(rate.TryType("v", out _));
        Assert.True(rate.TryTell("other", out _));
    }

    [Fact]
    public async Task Bucket_AfterAWhile_FillsAgain()
    {
        var rate = Rate(burst: 1, perMinute: 60_000);
        Assert.True(rate.TryTell("v", out _));

        using var patience = new CancellationTokenSource(TestTime.Timeout);
        while (!rate.TryTell("v", out _))
        {
            await Task.Yield();
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    private static MessageRate Rate(int burst, int perMinute)
    {
        var options = new PipulateOptions();
        (options.Limits.MessageBurst, options.Limits.MessagesPerMinute) = (burst, perMinute);
        return new MessageRate(Microsoft.Extensions.Options.Options.Create(options), TimeProvider.System);
    }
}
