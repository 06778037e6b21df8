using System.Text;
using Pipulate.Rendering;

namespace Pipulate.Tests.Rendering;

public class PanelFragmentsTests
{
    private readonly PanelDom _dom = new();

    [Fact]
    public void Accepted_EachTime_GivesTheNextMessageAnotherId()
    {
        _dom.Apply(Encoding.UTF8.GetString(PanelFragments.Accepted("m-1")));
        var first = _dom.AttributeOf(PanelIds.MessageId, "value");
        _dom.Apply(Encoding.UTF8.GetString(PanelFragments.Accepted("m-1")));
        var second = _dom.AttributeOf(PanelIds.MessageId, "value");

        Assert.Matches("^[A-Za-z0-9_-]{12}$", first);
        Assert.NotEqual(first, second);
        Assert.Equal("m-1", _dom.AttributeOf(PanelIds.MessageId, "data-ack"));
    }

    [Fact]
    public void Hint_Text_IsShownUntilTheNextMessageIsAccepted()
    {
        _dom.Apply(Encoding.UTF8.GetString(PanelFragments.Hint("At most <4> & no more.")));
        Assert.Equal("At most <4> & no more.", _dom.TextOf(PanelIds.Hint));

        _dom.Apply(Encoding.UTF8.GetString(PanelFragments.Accepted("m-1")));
        Assert.Equal("", _dom.TextOf(PanelIds.Hint));
    }
}
