using System.Buffers;
using System.Text;
using Pipulate.Rendering;

namespace Pipulate.Tests.Rendering;

public class OobFrameTests
{
    private readonly ArrayBufferWriter<byte> _html = new();

    private string Html => Encoding.UTF8.GetString(_html.WrittenSpan);

    [Fact]
    public void OpenInner_AndClose_ReplaceWhatIsInside()
    {
        OobFrame.OpenInner(_html, "x");
        OobFrame.Close(_html);

        Assert.Equal("<div id=\"x\" hx-swap-oob=\"innerHTML\"></div>", Html);
    }

    [Fact]
    public void OpenAppend_AndClose_AddAtTheEnd()
    {
        OobFrame.OpenAppend(_html, "x");
        OobFrame.Close(_html);

        Assert.Equal("<div id=\"x\" hx-swap-oob=\"beforeend\"></div>", Html);
    }
}
