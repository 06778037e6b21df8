using System.Net;
using Microsoft.AspNetCore.Http;
using Pipulate.Connections;
using Pipulate.Security;

namespace Pipulate.Tests.Connections;

public sealed class ConnectionLimiterTests
{
    private readonly PipulateOptions _options = new();
    private readonly ConnectionLimiter _seats;

    public ConnectionLimiterTests() => _seats = new ConnectionLimiter(Microsoft.Extensions.Options.Options.Create(_options));

    [Fact]
    public void TryTake_VisitorsLimit_RefusesOneMoreOfTheirPagesOnly()
    {
        _options.Limits.ConnectionsPerVisitor = 2;
        Take("a");
        var second = Take("a");

        Assert.Equal(AdmissionResult.VisitorFull, Refused("a"));
        Take("b");
        second.Dispose();
        second.Dispose();
        Take("a");
        Assert.Equal(AdmissionResult.VisitorFull, Refused("a"));
    }

    [Fact]
    public void TryTake_ServersLimit_RefusesEverybody()
    {
        _options.Limits.Connections = 1;
        Take("a");

        Assert.Equal(AdmissionResult.ServerFull, Refused("b"));
        _options.Conversations = ConversationScope.Shared;
        Assert.Equal(AdmissionResult.ServerFull, Refused("b"));
    }

    [Fact]
    [Trait("Row", "S-09")]
    public void TryTake_AddressLimit_RefusesVisitorsWithoutANameThereAndNobodyElse()
    {
        _options.Limits.ConnectionsPerAddress = 2;
        Take("a", "10.0.0.1");
        var second = Take("b", "10.0.0.1");

        Assert.Equal(AdmissionResult.AddressFull, Refused("c", "10.0.0.1"));
        Take("c", "10.0.0.2");
        Take("c", null);
        Take("d", "10.0.0.1", "anna");
        second.Dispose();
        Take("c", "10.0.0.1");
        Assert.Equal(AdmissionResult.AddressFull, Refused("e", "10.0.0.1"));
    }

    [Fact]
    public void TryTake_InARoomForEverybody_CountsNoVisitors()
    {
        (_options.Conversations, _options.Limits.ConnectionsPerVisitor) = (ConversationScope.Shared, 1);

        Take("shared");
        Take("shared");
    }

    [Fact]
    public void TryTake_FromManyThreads_GivesExactlyWhatThereIsAndForgetsAllThatIsGivenUp()
    {
        _options.Limits.Connections = 50;
        var given = new System.Collections.Concurrent.ConcurrentBag<ConnectionLease>();

        Parallel.For(0, 1_000, i =>
        {
            if (_seats.TryAcquire(Visitor($"v-{i}", null), "10.0.0.1", out _) is { } seat)
            {
                given.Add(seat);
            }
        });

        Assert.Equal(50, given.Count);
        Assert.All(given, seat => seat.Dispose());
        Assert.Equal(0, _seats.Count);
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "20010DB800010002")]
    [InlineData("2001:db8:1:2:ffff::1", "20010DB800010002")]
    [InlineData("127.0.0.1", null)]
    [InlineData("::1", null)]
    [InlineData(null, null)]
    public void Address_AsItCounts_IsTheNetworkOfIPv6AndNoneForThisMachine(string? address, string? counts)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);

        Assert.Equal(counts, ClientAddress.Of(context));
    }

    private static Visitor Visitor(string conversation, string? user) =>
        new(new ConversationId(conversation), new ConversationId(conversation), user);

    private ConnectionLease Take(string conversation, string? address = null, string? user = null)
    {
        var seat = _seats.TryAcquire(Visitor(conversation, user), address, out var admission);
        Assert.Equal(AdmissionResult.Granted, admission);
        return seat!;
    }

    private AdmissionResult Refused(string conversation, string? address = null)
    {
        Assert.Null(_seats.TryAcquire(Visitor(conversation, null), address, out var admission));
        return admission;
    }
}
