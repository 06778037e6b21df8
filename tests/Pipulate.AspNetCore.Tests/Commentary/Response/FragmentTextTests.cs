using System.Text;
using Pipulate.Commentary.Response;

namespace Pipulate.Tests.Commentary.Response;

public sealed class FragmentTextTests
{
    [Theory]
    [InlineData("<li>Milk</li><li>Eggs</li>", "Milk Eggs")]
    [InlineData("<p>Fish &amp; chips &lt;b&gt;</p>", "Fish & chips <b>")]
    [InlineData("<!-- secret > --><b>seen</b><!-- not closed", "seen")]
    [InlineData("<script>if (a < b) alert('x')</script>ok<STYLE>p{}</STYLE>", "ok")]
    [InlineData("<a title=\"1 > 0\" href='>'>link</a>", "link")]
    [InlineData("<input type=\"hidden\" value=\"token\"><label>Name</label>", "Name")]
    [InlineData("a < b", "a")]
    [InlineData("<styled-thing>kept</styled-thing>", "kept")]
    [InlineData("one\n\t two\u00A0three", "one two three")]
    [InlineData("<div", "")]
    [InlineData("", "")]
    public void Of_Html_IsItsVisibleText(string html, string expected) =>
        Assert.Equal(expected, FragmentText.Of(Encoding.UTF8.GetBytes(html), html: true));

    [Fact]
    public void Of_PlainText_KeepsAngles() => Assert.Equal("a < b > c", FragmentText.Of("a < b > c"u8, html: false));

    [Fact]
    public void Of_CutCharacter_IsDropped() => Assert.Equal("caf", FragmentText.Of("café"u8[..4], html: true));
}
