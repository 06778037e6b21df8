using Pipulate.Nodes;

namespace Pipulate.Tests.Nodes;

public class NodeTrackerTests
{
    private static readonly ConversationId Watched = new("watched");
    private static readonly ConversationId Held = new("held");
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(10);
    private readonly ManualTime _time = new();
    private readonly NodeTracker _others;
    private readonly Guid _node = Guid.NewGuid();

    public NodeTrackerTests()
    {
        _others = new NodeTracker(_time);
        _others.Follow(_node, Watched, watched: true);
        _others.Follow(_node, Held, watched: false);
    }

    public static TheoryData<string> Leavings => ["not watched", "let go", "ended", "unsure"];

    [Theory, MemberData(nameof(Leavings))]
    public void HaveJustLeft_PageOfAnotherNodeThatLooked_ForTenSeconds(string how)
    {
        Assert.Equal((true, true), _others.Of(Watched));
        Assert.False(_others.HaveJustLeft(Watched, Within));

        Leave(how);

        Assert.False(_others.Of(Watched).Watched);
        Assert.True(_others.HaveJustLeft(Watched, Within));
        Assert.False(_others.HaveJustLeft(Held, Within));
        _time.Advance(Within + TimeSpan.FromSeconds(1));
        Assert.False(_others.HaveJustLeft(Watched, Within));
    }

    [Fact]
    public void Silent_LongAfterAPageHasLeft_ForgetsIt()
    {
        Leave("ended");
        _time.Advance(TimeSpan.FromSeconds(16));

        Assert.Empty(_others.Silent(TimeSpan.FromSeconds(15)));
        Assert.False(_others.HaveJustLeft(Watched, TimeSpan.FromMinutes(1)));
    }

    private void Leave(string how)
    {
        switch (how)
        {
            case "not watched":
                _others.Follow(_node, Watched, watched: false);
                break;
            case "let go":
                _others.Leave(_node, Watched);
                break;
            case "ended":
                Assert.Contains(Watched, _others.Forget(_node));
                break;
            default:
                Assert.Contains(Watched, _others.Check(_node, digest: 0)!);
                break;
        }
    }
}
