using Pipulate.Rendering;

namespace Pipulate.Tests.Rendering;

public class PanelStatusTests
{
    [Fact]
    public void Say_TheSameAgain_ChangesNothing()
    {
        var status = new PanelStatus();
        var changed = 0;
        status.Changed += () => changed++;
        status.Set("ready");
        status.Set("ready");
        status.Set("down");

        Assert.Equal(2, changed);
        Assert.Equal((2, "down"), status.Read());
    }
}
