using Microsoft.Extensions.AI;
using Pipulate.Models;

namespace Pipulate.Tests.Models;

public class AnswerUpdatesTests
{
    private readonly AnswerUpdates _answer = new();
    private readonly List<string> _said = [];
    private string _text = "";
    private string _thought = "";

    [Fact]
    public void Read_TextOfAnotherMessage_BeginsAParagraph()
    {
        Read(Text("Let me look that up.", "m1"), Text("It rains.", "m2"));

        Assert.Equal("Let me look that up.\n\nIt rains.", _text);
    }

    [Fact]
    public void Read_TextOfTheSameMessageOrOfNone_GoesOn()
    {
        Read(Text("It ", "m1"), Text("rains", null), Text(".", "m1"));

        Assert.Equal("It rains.", _text);
    }

    [Theory]
    [InlineData("One.\n", "Two.")]
    [InlineData("One.\n\n", "Two.")]
    [InlineData("One.", "\n\nTwo.")]
    [InlineData("One.", "\n\n\nTwo.")]
    public void Read_MessagesThatHaveLinesBetweenThem_GetNoMore(string first, string second)
    {
        Read(Text(first, "m1"), Text(second, "m2"));

        Assert.Equal("One.\n\nTwo.", _text);
    }

    [Fact]
    public void Read_TextBehindATool_BeginsAParagraphWithoutAnyMessageId()
    {
        Read(Text("Let me look.", null), Call(), Result("18 °C, sunny"), Text(" ", null), Text("It ", null), Text("is warm.", null));

        Assert.Equal("Let me look.\n\n It is warm.", _text);
    }

    [Fact]
    public void Read_ToolBeforeAnyText_BeginsNoParagraph()
    {
        Read(Call(), Result("x"), Text("Warm.", "m2"));

        Assert.Equal("Warm.", _text);
    }

    [Fact]
    public void Read_ReasoningOfTwoMessages_IsApartToo()
    {
        Read(Thought("First."), Call(), Result("x"), Thought("Second."), Text("Warm.", null));

        Assert.Equal(("First.\n\nSecond.", "Warm."), (_thought, _text));
    }

    [Fact]
    public void Read_ThinkTagsOfEachMessage_AreReasoning()
    {
        Read(Text("<think>a</think>Let me look.", null), Call(), Result("x"), Text("<thi", null), Text("nk>b</think>\n\nWarm.", null));

        Assert.Equal(("a\n\nb", "Let me look.\n\nWarm."), (_thought, _text));
    }

    [Fact]
    public void Read_ClosingTagAlone_TakesTheMessageBackAndLeavesTheOneBefore()
    {
        Read(Text("Let me look.", "m1"), Text("The user wants rain.", "m2"), Text("\n</think>\n\nIt rains.", "m2"));

        Assert.Equal(("The user wants rain.\n", "Let me look.\n\nIt rains."), (_thought, _text));
    }

    [Fact]
    public void Read_EmptyThoughtInTags_IsNone()
    {
        Read(Text("<think>\n\n</think>\n\nHi", null));

        Assert.Equal(("", "Hi"), (_thought, _text));
    }

    [Theory]
    [InlineData("user")]
    [InlineData("system")]
    [InlineData("tool")]
    [InlineData("developer")]
    public void Read_TextOfAnotherRole_IsNotTheAnswer(string role)
    {
        Read(new ChatResponseUpdate(new ChatRole(role), "secret"), Text("Hi", null));

        Assert.Equal("Hi", _text);
    }

    [Theory]
    [InlineData("ASSISTANT")]
    [InlineData("model")]
    [InlineData("ai")]
    public void Read_TextOfARoleThatIsNotKnown_IsTheAnswer(string role)
    {
        Read(new ChatResponseUpdate(new ChatRole(role), "Hi"));

        Assert.Equal("Hi", _text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n\t ")]
    [InlineData("\u200B")]
    [InlineData("\uFEFF\u200B\u2060\u00AD")]
    [InlineData("\u2800 \u3164\uFE0F")]
    [InlineData("\U000E0041\u202E")]
    public void Read_NothingThatCanBeSeen_IsNoAnswer(string text)
    {
        Read([.. text.EnumerateRunes().Select(rune => Text(rune.ToString(), null)), End(ChatFinishReason.Stop)]);
        Read(new AnswerUpdates(), Text(text, null), End(ChatFinishReason.Stop));

        Assert.Equal("", _text);
    }

    [Fact]
    public void Read_BlanksBeforeTheFirstWord_ComeWithIt()
    {
        Read(Text("\uFEFF  ", null), Text("  ", null), Text("code", null), Text(" ", null));

        Assert.Equal("    code ", _text);
        Assert.Equal(["    code", " "], _said);
    }

    [Fact]
    public void Read_SurrogatesCutInTwo_PassAsTheyAre()
    {
        Read(Text("\uD83E", null), Text("\uDD5B milk \uD83E", null), Text("\uDD5B", null));

        Assert.Equal("🥛 milk 🥛", _text);
    }

    [Fact]
    public void Read_NullsEverywhere_ArePassedOver()
    {
        Read(
            new ChatResponseUpdate { Contents = null! },
            new ChatResponseUpdate(
                ChatRole.Assistant, [null!, new TextContent(null), new TextReasoningContent(null), new TextContent("Hi")]),
            new ChatResponseUpdate { Role = null, MessageId = "", FinishReason = ChatFinishReason.Stop });

        Assert.Equal(("Hi", ""), (_text, _thought));
        Assert.True(_answer.IsFinished);
    }

    [Theory]
    [InlineData("length", "length")]
    [InlineData("max_tokens", "length")]
    [InlineData("MAX_TOKENS", "length")]
    [InlineData("content_filter", "content_filter")]
    [InlineData("SAFETY", "content_filter")]
    [InlineData("guardrail_intervened", "content_filter")]
    [InlineData("end_turn", "stop")]
    [InlineData("stop_sequence", "stop")]
    [InlineData("tool_use", "tool_calls")]
    [InlineData("error", "error")]
    public void Finish_NamesOfProviders_AreUnderstood(string given, string expected)
    {
        Read(Text("Hi", null), End(new ChatFinishReason(given)));

        Assert.Equal(expected, _answer.Finish?.Value);
    }

    [Fact]
    public void Finish_SaidTwice_KeepsWhatSaysMore()
    {
        Read(Text("Hi", null), End(ChatFinishReason.Length), End(ChatFinishReason.Stop));

        Assert.Equal(ChatFinishReason.Length, _answer.Finish);
    }

    [Fact]
    public void Finish_TextOfTheSameMessageAfterIt_IsStillFinished()
    {
        Read(Text("Hi", "m1"), End(ChatFinishReason.Stop), Text(" there", "m1"));

        Assert.Equal(("Hi there", true), (_text, _answer.IsFinished));
    }

    [Fact]
    public void Finish_AnotherMessageAfterIt_IsNotFinished()
    {
        Read(Text("Let me look.", "m1"), Call(), End(ChatFinishReason.Stop), Result("x"), Text("It r", "m2"));

        Assert.False(_answer.IsFinished);
    }

    [Fact]
    public void Finish_ToolIsCalled_IsNotFinished()
    {
        Read(Text("Let me look.", "m1"), Call(), End(ChatFinishReason.ToolCalls));

        Assert.Equal((false, true), (_answer.IsFinished, _answer.WaitsForTool));
    }

    [Fact]
    public void Read_Heartbeats_SayNothing()
    {
        Assert.Null(_answer.Read(new ChatResponseUpdate()));
        Assert.Null(_answer.Read(new ChatResponseUpdate(ChatRole.Assistant, "")));
    }

    [Fact]
    public void Read_OrdinaryToken_IsTheSameObject()
    {
        var token = Text(" there", null);
        Read(Text("Hi", null));

        Assert.Same(token, _answer.Read(token));
    }

    private static ChatResponseUpdate Text(string text, string? message) => new(ChatRole.Assistant, text) { MessageId = message };

    private static ChatResponseUpdate Thought(string text) => new(ChatRole.Assistant, [new TextReasoningContent(text)]);

    private static ChatResponseUpdate Call() => new(ChatRole.Assistant, [new FunctionCallContent("c1", "weather")]);

    private static ChatResponseUpdate Result(string result) =>
        new(ChatRole.Tool, [new FunctionResultContent("c1", result)]) { MessageId = "t1" };

    private static ChatResponseUpdate End(ChatFinishReason reason) => new() { FinishReason = reason };

    private void Read(params ChatResponseUpdate[] updates) => Read(_answer, updates);

    private void Read(AnswerUpdates answer, params ChatResponseUpdate[] updates)
    {
        foreach (var update in updates)
        {
            Note(answer.Read(update));
        }

        Note(answer.End());
    }

    private void Note(ChatResponseUpdate? update)
    {
        foreach (var content in update?.Contents ?? [])
        {
            switch (content)
            {
                case TextContent text:
                    _said.Add(text.Text);
                    _text += text.Text;
                    break;
                case TextReasoningContent thought:
                    _thought += thought.Text;
                    break;
                case RetractedContent retracted:
                    (_text, _thought) = (retracted.Said, _thought + retracted.Thought);
                    break;
            }
        }
    }
}
