using Microsoft.Extensions.AI;
using Pipulate.Models;

namespace Pipulate.Tests.Models;

public class TurnUsageTests
{
    private readonly TurnUsage _usage = new();

    [Fact]
    public void Note_OneRequest_IsBothSumAndFirst()
    {
        _usage.Note(Used(20, 2));

        Assert.Equal((20, 2, 20), Figures());
    }

    [Fact]
    public void Note_RequestsForTools_AreAddedUp()
    {
        _usage.Note(new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent("c", "look")]));
        _usage.Note(Used(20, 2));
        _usage.Note(new ChatResponseUpdate(ChatRole.Tool, [new FunctionResultContent("c", "x")]));
        _usage.Note(Used(120, 8));

        Assert.Equal((140, 10, 20), Figures());
    }

    [Fact]
    public void Note_ResponsesOfTheirOwn_AreAddedUp()
    {
        _usage.Note(Used(20, 2, "r1"));
        _usage.Note(Used(120, 8, "r2"));

        Assert.Equal((140, 10, 20), Figures());
    }

    [Fact]
    public void Note_FiguresThatGrow_CountOnce()
    {
        _usage.Note(Used(20, 1, "r1"));
        _usage.Note(new ChatResponseUpdate(ChatRole.Assistant, "word") { ResponseId = "r1" });
        _usage.Note(Used(null, 9, "r1"));

        Assert.Equal((20, 9, 20), Figures());
    }

    [Fact]
    public void Note_Nothing_IsNotKnown() => Assert.Null(_usage.Sum);

    private static ChatResponseUpdate Used(long? read, long written, string? response = null) =>
        new(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = read, OutputTokenCount = written })])
        {
            ResponseId = response
        };

    private (long? Read, long? Written, long? First) Figures() =>
        (_usage.Sum?.InputTokenCount, _usage.Sum?.OutputTokenCount, _usage.First?.InputTokenCount);
}
