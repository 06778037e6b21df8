using Pipulate.Connections;

namespace Pipulate.Tests.Connections;

public sealed class PresenceTrackerTests
{
    private readonly ManualTime _time = new();
    private readonly PresenceTracker _log;

    public PresenceTrackerTests() => _log = new PresenceTracker(_time);

    [Fact]
    public void Add_AfterThousandsHaveLeft_ForgetsThem()
    {
        for (var i = 0; i < 5_000; i++)
        {
            _log.Add(Page($"v{i}"));
            _log.Remove(Page($"v{i}"));
        }

        Assert.Equal(5_000, _log.Count);
        _time.Advance(TimeSpan.FromSeconds(11));
        _log.Add(Page("new"));

        Assert.Equal(1, _log.Count);
    }

    [Fact]
    public void Remove_WhoCameBackInTime_IsNotForgotten()
    {
        _log.Add(Page("a"));
        _log.Remove(Page("a"));
        _time.Advance(TimeSpan.FromSeconds(5));
        _log.Add(Page("a"));
        _log.Remove(Page("a"));
        _time.Advance(TimeSpan.FromSeconds(6));
        _log.Add(Page("b"));

        Assert.Equal(2, _log.Count);
    }

    private ChatConnectionInfo Page(string conversation) => new("id", new ConversationId(conversation), null, _time.GetUtcNow());
}
