using Microsoft.Extensions.AI;

namespace Pipulate.Tests.Models;

public class DemoChatClientTests
{
    [Theory]
    [InlineData("They put \"Milk\" on the list. One remark, 40 words at most.", "“Milk”")]
    [InlineData("They deleted \"a \\\"b\\\" \\u00e9\". Say goodbye.", "“a \"b\" é”")]
    [InlineData("They toggled \"<b>x</b>\".", "“<b>x</b>”")]
    public async Task GetResponseAsync_EventWithAValue_NamesIt(string text, string expected)
        => Assert.Contains(expected, await SayAsync(text));

    [Fact]
    public async Task GetResponseAsync_LongValue_IsCut()
        => Assert.InRange((await SayAsync($"They added \"{new string('x', 500)}\".")).Length, 1, 200);

    [Fact]
    public void Remark_DifferentDeeds_GetDifferentRemarks()
    {
        string[] events = [
            "They put \"Milk\" on it.", "They deleted \"Milk\".", "They marked \"Milk\" as done.", "They looked at \"Milk\".",
            "They logged in."
        ];

        Assert.Equal(events.Length, events.Select(text => DemoChatClient.Remark([new(ChatRole.User, text)])).Distinct().Count());
    }

    [Fact]
    public void Remark_ValueThatSoundsLikeADeed_CountsAsAValue()
        => Assert.Equal(
            DemoChatClient.Remark([new(ChatRole.User, "They added \"x\".")]).Replace("“x”", "“deleted”", StringComparison.Ordinal),
            DemoChatClient.Remark([new(ChatRole.User, "They added \"deleted\".")]));

    [Fact]
    public void Remark_FailedDeed_IsNotCelebrated()
        => Assert.NotEqual(
            DemoChatClient.Remark([new(ChatRole.User, "They added \"Milk\".")]),
            DemoChatClient.Remark([new(ChatRole.User, "They tried to add \"Milk\" but it failed.")]));

    [Theory]
    [InlineData("hello?", 6)]
    [InlineData("They added \"Milk\".", 6)]
    [InlineData("They deleted \"Milk\".", 5)]
    [InlineData("They toggled \"Milk\".", 5)]
    public void Remark_TurnAfterTurn_GoesRoundAllRemarks(string text, int atLeast)
    {
        var history = new List<ChatMessage>();
        var remarks = new List<string>();
        for (var turn = 0; turn < 12; turn++)
        {
            history.Add(new ChatMessage(ChatRole.User, text));
            remarks.Add(DemoChatClient.Remark(history));
            history.Add(new ChatMessage(ChatRole.Assistant, remarks[^1]));
        }

        Assert.InRange(remarks.Distinct().Count(), atLeast, 12);
        Assert.All(remarks.Zip(remarks.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public void Remark_HistoryCutToOneSize_DoesNotRepeatItself()
    {
        var history = new List<ChatMessage>();
        var last = "";
        for (var turn = 0; turn < 20; turn++)
        {
            history.Add(new ChatMessage(ChatRole.User, "hello"));
            history = [.. history.TakeLast(5)];
            var remark = DemoChatClient.Remark(history);
            Assert.NotEqual(last, remark);
            last = remark;
            history.Add(new ChatMessage(ChatRole.Assistant, remark));
        }
    }

    [Fact]
    public void Remark_NothingSaid_StillSpeaks() => Assert.NotEmpty(DemoChatClient.Remark([]));

    [Fact]
    public async Task GetStreamingResponseAsync_Words_ComeOneByOneAndEndWithStop()
    {
        var time = new ManualTime();
        var delay = TimeSpan.FromMilliseconds(35);
        using var voice = new DemoChatClient(timeProvider: time);
        await using var updates = voice
            .GetStreamingResponseAsync([new(ChatRole.User, "hello")], cancellationToken: TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var text = "";
        ChatFinishReason? finish = null;
        var words = 0;
        while (true)
        {
            var next = updates.MoveNextAsync().AsTask();
            if (!next.IsCompleted)
            {
                await time.WaitForTimerAsync(delay);
                time.Advance(delay);
            }

            if (!await next.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken))
            {
                break;
            }

            Assert.Null(finish);
            words++;
            text += updates.Current.Text;
            finish = updates.Current.FinishReason;
        }

        Assert.Equal(DemoChatClient.Remark([new(ChatRole.User, "hello")]), text);
        Assert.Equal(ChatFinishReason.Stop, finish);
        Assert.Equal(text.Split(' ').Length + 1, words);
    }

    [Fact]
    public async Task GetStreamingResponseAsync_Cancelled_Throws()
    {
        using var voice = new DemoChatClient();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => voice.GetResponseAsync("hi", cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void GetService_Metadata_SaysDemo()
    {
        using var voice = new DemoChatClient();

        Assert.Equal("demo", voice.GetService<ChatClientMetadata>()?.ProviderName);
        Assert.Same(voice, voice.GetService<DemoChatClient>());
        Assert.Null(voice.GetService<HttpClient>());
    }

    private static async Task<string> SayAsync(string text)
    {
        using var voice = new DemoChatClient(TimeSpan.Zero);
        return (await voice.GetResponseAsync(text, cancellationToken: TestContext.Current.CancellationToken)).Text;
    }
}
