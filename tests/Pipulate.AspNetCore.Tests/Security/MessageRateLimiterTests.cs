using Pipulate.Security;

namespace Pipulate.Tests.Security;

public sealed class MessageRateLimiterTests
{
    [Fact]
    [Trait("Category", Exhaustive.Category)]
    public void Visitors_MoreThanAreRemembered_LeaveItBounded()
    {
        var rate = Rate(burst: 2, perMinute: 1);

        var visitors = Exhaustive.Count(full: 3 * MessageRateLimiter.Capacity, quick: MessageRateLimiter.Capacity + 100);
        for (var i = 0; i < visitors; i++)
        {
            Assert.True(rate.TryAcquireEvent(new($"v-{i}", null), out _));
            Assert.InRange(rate.Count, 1, MessageRateLimiter.Capacity);
        }
    }

    [Fact]
    public void Burst_WhenSpent_SaysHowLongToWaitAndTypingIsCountedApart()
    {
        var rate = Rate(burst: 2, perMinute: 20);

        Assert.True(rate.TryAcquireEvent(new("v", null), out _));
        Assert.True(rate.TryAcquireEvent(new("v", null), out _));
        Assert.False(rate.TryAcquireEvent(new("v", null), out var wait));
        Assert.InRange(MessageRateLimiter.Seconds(wait), 1, 3);
        Assert.True(rate.TryAcquireMessage(new("v", null), out _));
        Assert.True(rate.TryAcquireEvent(new("other", null), out _));
    }

    [Fact]
    public async Task Bucket_AfterAWhile_FillsAgain()
    {
        var rate = Rate(burst: 1, perMinute: 60_000);
        Assert.True(rate.TryAcquireEvent(new("v", null), out _));

        using var patience = new CancellationTokenSource(TestTime.Timeout);
        while (!rate.TryAcquireEvent(new("v", null), out _))
        {
            await Task.Yield();
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    [Trait("Row", "S-21")]
    public void Address_WhoseVisitorsThrowTheirCookiesAway_IsHeldBackAsAWhole()
    {
        var rate = Rate(burst: 2, perMinute: 20, perAddress: 5);

        Assert.Equal(5, Enumerable.Range(0, 20).Count(i => rate.TryAcquireMessage(new($"v-{i}", "a 10.0.0.1"), out _)));
        Assert.False(rate.TryAcquireMessage(new("v-new", "a 10.0.0.1"), out var wait));
        Assert.InRange(MessageRateLimiter.Seconds(wait), 1, 12);
        Assert.True(rate.TryAcquireMessage(new("v-new", "a 10.0.0.2"), out _));
        Assert.True(rate.TryAcquireMessage(new("u-anna", null), out _));
        Assert.True(rate.TryAcquireEvent(new("v-new", "a 10.0.0.1"), out _));
    }

    private static MessageRateLimiter Rate(int burst, int perMinute, int perAddress = 200)
    {
        var options = new PipulateOptions();
        (options.Limits.MessageBurst, options.Limits.MessagesPerMinute) = (burst, perMinute);
        options.Limits.MessagesPerMinutePerAddress = perAddress;
        return new MessageRateLimiter(Microsoft.Extensions.Options.Options.Create(options), TimeProvider.System);
    }
}
