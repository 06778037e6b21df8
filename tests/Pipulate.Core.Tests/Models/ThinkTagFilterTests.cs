using Pipulate.Models;

namespace Pipulate.Tests.Models;

public class ThinkTagFilterTests
{
    [Theory]
    [InlineData("Hello", "", "Hello")]
    [InlineData("<think>a < b</think>\n\nHi", "a < b", "Hi")]
    [InlineData("\n<think>\nhm\n</think>  Hi", "\nhm\n", "Hi")]
    [InlineData("<THINK>x</THINK>y", "x", "y")]
    [InlineData("<think></think>Hi", "", "Hi")]
    [InlineData("</think>\n\nHi", "", "Hi")]
    [InlineData("  Hi <think>no</think>", "", "  Hi <think>no</think>")]
    [InlineData("<thin", "", "<thin")]
    [InlineData("<thinking>x", "", "<thinking>x")]
    [InlineData("<b>bold</b> & co\n", "", "<b>bold</b> & co\n")]
    [InlineData("<think>never closed </thin", "never closed </thin", "")]
    [InlineData("<think>a</think>b</think>c", "a", "b</think>c")]
    [InlineData("", "", "")]
    [InlineData(" \n", "", " \n")]
    public void Take_CutAnywhere_SeparatesThoughtFromAnswer(string text, string thinking, string answer)
    {
        for (var size = 1; size <= Math.Max(1, text.Length); size++)
        {
            var filter = new ThinkTagFilter();
            var pieces = text.Chunk(size).Select(piece => filter.Take(new string(piece))).ToList();
            pieces.Add(filter.Flush());

            Assert.Equal(thinking, string.Concat(pieces.Select(piece => piece.Thinking)));
            Assert.Equal(answer, string.Concat(pieces.Select(piece => piece.Answer)));
        }
    }

    [Fact]
    public void Take_OrdinaryText_IsNotHeldBack()
        => Assert.Equal(("", "H"), new ThinkTagFilter().Take("H"));
}
