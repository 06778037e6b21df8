using System.Threading.Channels;
using Microsoft.Extensions.AI;
using Pipulate.Conversations;

namespace Pipulate.Tests.Conversations;

public sealed class TextPacerTests : IDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(40);

    private readonly ManualTime _time = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Conversation _conversation;
    private readonly TextPacer _typist;

    public TextPacerTests()
    {
        _conversation = new Conversation(new ConversationId("c"), _time);
        _typist = new TextPacer(Delay, _time, _stopping.Token);
    }

    public void Dispose() => _stopping.Dispose();

    [Fact]
    public void Say_WithoutADelay_IsThereAtOnce()
    {
        new TextPacer(TimeSpan.Zero, _time, CancellationToken.None).AddMessage(_conversation, "Hello, you there.");

        Assert.Equal(["Assistant/Complete: Hello, you there."], _conversation.Shown());
    }

    [Fact]
    public async Task Say_AWordAtATime_IsTypedAndCompleteWithTheLast()
    {
        _typist.AddMessage(_conversation, "Hello,  you there.");

        Assert.Equal(["Assistant/Streaming: Hello,  "], _conversation.Shown());
        await GoOnAsync(Delay);
        await _conversation.UntilAsync(entries => entries[0].Text.ToString() == "Hello,  you ");
        await GoOnAsync(Delay);
        await _conversation.UntilAsync(entries => entries[0].State is EntryState.Complete);
        Assert.Equal(["Assistant/Complete: Hello,  you there."], _conversation.Shown());
    }

    [Fact]
    public async Task Say_WhileAnotherIsTyped_BeginsAtOnceAndIsTypedAfterIt()
    {
        _typist.AddMessage(_conversation, "one two");
        _typist.AddMessage(_conversation, "three");
        Assert.Equal(["Assistant/Streaming: one ", "Assistant/Streaming: "], _conversation.Shown());

        await GoOnAsync(Delay);

        await _conversation.UntilAsync(entries => entries[1].State is EntryState.Complete);
        Assert.Equal(["Assistant/Complete: one two", "Assistant/Complete: three"], _conversation.Shown());
    }

    [Fact]
    public async Task Say_OfALongText_TakesTenSeconds()
    {
        _typist.AddMessage(_conversation, string.Concat(Enumerable.Repeat("word ", 1_000)));

        await _time.WaitForTimerAsync(TimeSpan.FromMilliseconds(10));
        await _stopping.CancelAsync();
        await _conversation.UntilAsync(entries => entries[0].State is EntryState.Complete);
    }

    [Fact]
    public async Task Stopping_InTheMiddle_SaysTheRestAtOnce()
    {
        _typist.AddMessage(_conversation, "one two three");
        _typist.AddMessage(_conversation, "four five");
        await _stopping.CancelAsync();

        await _conversation.UntilAsync(entries => entries.All(entry => entry.State is EntryState.Complete));
        Assert.Equal(["Assistant/Complete: one two three", "Assistant/Complete: four five"], _conversation.Shown());
    }

    [Fact]
    public async Task Say_WithoutSpaces_IsTypedInPieces()
    {
        var text = string.Concat(Enumerable.Repeat("\U0001F600漢", 20));
        _typist.AddMessage(_conversation, text);
        await _stopping.CancelAsync();

        await _conversation.UntilAsync(entries => entries[0].State is EntryState.Complete);
        Assert.Equal([$"Assistant/Complete: {text}"], _conversation.Shown());
    }

    [Fact]
    public async Task Spread_OfALump_GivesItsWordsOneByOne()
    {
        var model = Channel.CreateUnbounded<ChatResponseUpdate>();
        model.Writer.TryWrite(new ChatResponseUpdate(ChatRole.Assistant, "one two three"));
        await using var spread = Spread(model);

        Assert.Equal("one ", await NextAsync(spread));
        var second = NextAsync(spread);
        await GoOnAsync(Delay);
        Assert.Equal("two ", await second);
    }

    [Fact]
    public async Task Spread_WhenTheNextIsThere_GivesTheRestAtOnce()
    {
        var model = Channel.CreateUnbounded<ChatResponseUpdate>();
        model.Writer.TryWrite(new ChatResponseUpdate(ChatRole.Assistant, "one two three "));
        model.Writer.TryWrite(new ChatResponseUpdate(ChatRole.Assistant, "four"));
        model.Writer.Complete();
        await using var spread = Spread(model);

        var words = new List<string?>();
        while (await NextAsync(spread) is { } word)
        {
            words.Add(word);
        }

        // The clock stands still all the while.
        Assert.Equal(["one ", "two ", "three ", "four"], words);
    }

    [Fact]
    public async Task Spread_OfALongLump_IsNeverMoreThanASecondBehind()
    {
        var model = Channel.CreateUnbounded<ChatResponseUpdate>();
        model.Writer.TryWrite(new ChatResponseUpdate(ChatRole.Assistant, string.Concat(Enumerable.Repeat("word ", 100))));
        await using var spread = Spread(model);
        await NextAsync(spread);
        var second = NextAsync(spread);

        await GoOnAsync(TimeSpan.FromMilliseconds(10));

        Assert.Equal("word ", await second);
    }

    [Fact]
    public async Task Spread_SourceThrows_Throws()
    {
        var model = Channel.CreateUnbounded<ChatResponseUpdate>();
        model.Writer.Complete(new InvalidOperationException("No more."));
        await using var spread = Spread(model);

        await Assert.ThrowsAsync<InvalidOperationException>(() => NextAsync(spread));
    }

    private IAsyncEnumerator<ChatResponseUpdate> Spread(Channel<ChatResponseUpdate> model) =>
        _typist.Pace(model.Reader.ReadAllAsync(_stopping.Token), _stopping.Token).GetAsyncEnumerator(_stopping.Token);

    private static async Task<string?> NextAsync(IAsyncEnumerator<ChatResponseUpdate> spread) =>
        await spread.MoveNextAsync().AsTask().WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken)
            ? spread.Current.Text
            : null;

    private async Task GoOnAsync(TimeSpan pace)
    {
        await _time.WaitForTimerAsync(pace);
        _time.Advance(pace);
    }
}
