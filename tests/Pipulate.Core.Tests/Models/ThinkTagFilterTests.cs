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
    [InlineData("<thinking>x</thinking>y", "x", "y")]
    [InlineData("<thoughts>x", "", "<thoughts>x")]
    [InlineData("[THINK]x[/THINK]y", "x", "y")]
    [InlineData("<seed:think>x</seed:think>y", "x", "y")]
    [InlineData("<|channel|>analysis<|message|>x<|end|><|start|>assistant<|channel|>final<|message|>y", "x", "y")]
    [InlineData("<|channel|>final<|message|>y", "", "y")]
    [InlineData("\uFEFF<think>x</think>y", "x", "y")]
    [InlineData("hm\n</think>\n\nHi", "hm\n", "Hi")]
    [InlineData("They said \"hello\"</think>Hi", "They said \"hello\"", "Hi")]
    [InlineData("a < b, `x` </thinking> Hi", "a < b, `x` ", "Hi")]
    [InlineData("one\n```\ncode\n```\n</think>two</think>three", "one\n```\ncode\n```\n", "two</think>three")]
    [InlineData("It ends with `</think>`, see?", "", "It ends with `</think>`, see?")]
    [InlineData("It ends with \"</think>\", see?", "", "It ends with \"</think>\", see?")]
    [InlineData("Use <think> and </think>.", "", "Use <think> and </think>.")]
    [InlineData("```xml\n</think>\n```\nSo.", "", "```xml\n</think>\n```\nSo.")]
    [InlineData("~~~\n</think>\n~~~\n", "", "~~~\n</think>\n~~~\n")]
    [InlineData("`` a ` </think> `` b", "", "`` a ` </think> `` b")]
    [InlineData("a stray ` mark\n\nhm</think>Hi", "a stray ` mark\n\nhm", "Hi")]
    [InlineData("`<think>x</think>` is a tag", "", "`<think>x</think>` is a tag")]
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
            var (thought, said) = ("", "");
            var pieces = text.Chunk(size).Select(piece => filter.Take(new string(piece))).ToList();
            foreach (var piece in pieces.Append(filter.Flush()))
            {
                (thought, said) = piece.TakesBack ? (said + piece.Thinking, piece.Answer) : (thought + piece.Thinking, said + piece.Answer);
            }

            Assert.Equal(thinking, thought);
            Assert.Equal(answer, said);
        }
    }

    [Fact]
    public void Take_OrdinaryText_IsNotHeldBack()
        => Assert.Equal(new ThinkTagPiece("", "H"), new ThinkTagFilter().Take("H"));
}
