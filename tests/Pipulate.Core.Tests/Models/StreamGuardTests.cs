using Microsoft.Extensions.AI;
using Pipulate.Models;

namespace Pipulate.Tests.Models;

public class StreamGuardTests : GuardedStreamTests
{
    [Fact]
    public async Task ReadAsync_HealthyStream_GivesEveryUpdate()
    {
        var updates = await AllAsync(new Client(_ => Healthy()));

        Assert.Equal("Hello world", string.Concat(updates.Select(update => update.Text)));
    }

    [Fact]
    [Trait("Row", "F-06")]
    public async Task ReadAsync_EndWithoutFinishReason_ThrowsAfterTheText()
    {
        var (text, exception) = await ReadAsync(new Client(_ => Said("Hel")));

        Assert.Equal("Hel", text);
        Assert.Equal(ModelFailureKind.Incomplete, Kind(Assert.IsType<IncompleteAnswerException>(exception)));
    }

    [Fact]
    public async Task ReadAsync_UnknownRole_IsIgnoredAndTheEndIsAFailure()
    {
        var (text, exception) = await ReadAsync(new Client(_ => ErrorAsOllamaSharpShowsIt()));

        Assert.Equal("Hel", text);
        Assert.IsType<IncompleteAnswerException>(exception);

        static async IAsyncEnumerable<ChatResponseUpdate> ErrorAsOllamaSharpShowsIt()
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, "Hel");
            yield return new ChatResponseUpdate(new ChatRole("unknown"), "");
        }
    }

    [Fact]
    public async Task ReadAsync_ClientThrows_ItsExceptionComesThrough()
    {
        var thrown = new HttpRequestException("x");
        var (_, exception) = await ReadAsync(new Client(_ => Throws(thrown)));

        Assert.Same(thrown, exception);

        static async IAsyncEnumerable<ChatResponseUpdate> Throws(Exception exception)
        {
            await Task.Yield();
            yield return exception is null ? new ChatResponseUpdate() : throw exception;
        }
    }

    [Fact]
    public async Task ReadAsync_ErrorContentThenStop_FailsWithItsTextAfterWhatWasSaid()
    {
        var (text, exception) = await ReadAsync(new Client(_ => Give(
            new ChatResponseUpdate(ChatRole.Assistant, "Hel"),
            new ChatResponseUpdate(
                ChatRole.Assistant, [new ErrorContent("The upstream is gone, key sk-abcdefgh12345.") { ErrorCode = "502" }]),
            new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop })));

        Assert.Equal("Hel", text);
        var sentence = Sentence(Assert.IsType<ReportedErrorException>(exception));
        Assert.Contains("The upstream is gone", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-abc", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_RefusalAfterTheFinish_IsTheReason()
    {
        var (_, exception) = await ReadAsync(new Client(_ => Give(
            new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop },
            new ChatResponseUpdate(ChatRole.Assistant, [new ErrorContent("I cannot help with that.") { ErrorCode = "Refusal" }]))));

        Assert.EndsWith("I cannot help with that.", Sentence(exception), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_ErrorContentThenException_TheFirstIsTheReason()
    {
        var (_, exception) = await ReadAsync(new Client(_ => Throwing(
            new IOException("x"), new ChatResponseUpdate(ChatRole.Assistant, [new ErrorContent("Out of memory.")]))));

        Assert.EndsWith("Out of memory.", Sentence(exception), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_FinishReasonIsAnError_Fails()
    {
        var (text, exception) = await ReadAsync(
            new Client(_ => Give(new ChatResponseUpdate(ChatRole.Assistant, "Hel") { FinishReason = new ChatFinishReason("error") })));

        Assert.Equal(("Hel", ModelFailureKind.ServerFailed), (text, Kind(exception)));
    }

    [Fact]
    public async Task ReadAsync_ExceptionAfterTheFinish_ChangesNothing()
    {
        var (text, exception) = await ReadAsync(new Client(_ => Throwing(
            new IOException("reset"), new ChatResponseUpdate(ChatRole.Assistant, "Hello") { FinishReason = ChatFinishReason.Stop })));

        Assert.Equal(("Hello", null), (text, exception));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_CutAfterAToolCall_IsIncomplete(bool answered)
    {
        var finish = answered ? ChatFinishReason.Stop : ChatFinishReason.ToolCalls;
        List<ChatResponseUpdate> updates =
        [
            new ChatResponseUpdate(ChatRole.Assistant, "Let me look."),
            new ChatResponseUpdate(ChatRole.Assistant, [new FunctionCallContent("c", "look")]) { FinishReason = finish },
        ];
        if (answered)
        {
            updates.Add(new ChatResponseUpdate(ChatRole.Tool, [new FunctionResultContent("c", "x")]));
            updates.Add(new ChatResponseUpdate(ChatRole.Assistant, "It r"));
        }

        var (text, exception) = await ReadAsync(new Client(_ => Give([.. updates])));

        Assert.Equal(answered ? "Let me look.\n\nIt r" : "Let me look.", text);
        Assert.Equal(ModelFailureKind.Incomplete, Kind(exception));
    }

    [Fact]
    public async Task ReadAsync_ClientThrowsBeforeItStreams_ItsExceptionComesThrough()
    {
        var thrown = new InvalidOperationException("x");
        var (_, exception) = await ReadAsync(new Eager(thrown));

        Assert.Same(thrown, exception);
    }

    [Fact]
    public async Task ReadAsync_ClientThatCannotStream_IsAskedForItsWholeAnswer()
    {
        Assert.Equal(
            ("Whole.", null),
            await ReadAsync(new Eager(new NotSupportedException(), new ChatResponse(new ChatMessage(ChatRole.Assistant, "Whole.")))));
        Assert.Equal(("Whole.", null), await ReadAsync(new Client(
            _ => Throwing(new NotImplementedException()))
        { Whole = new ChatResponse(new ChatMessage(ChatRole.Assistant, "Whole.")) }));
    }

    [Fact]
    public async Task ReadAsync_DisposeThrows_ChangesNothing()
    {
        var (text, exception) = await ReadAsync(new Client(_ => ThrowsWhenLeft()));

        Assert.Equal(("Hello", null), (text, exception));

        static async IAsyncEnumerable<ChatResponseUpdate> ThrowsWhenLeft()
        {
            await Task.Yield();
            try
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, "Hello") { FinishReason = ChatFinishReason.Stop };
            }
            finally
            {
                Leave();
            }
        }

        static void Leave() => throw new InvalidOperationException("left");
    }

    [Fact]
    public async Task ReadAsync_BreaksInsideATag_GivesWhatWasHeldBack()
    {
        var (text, exception) =
            await ReadAsync(new Client(_ => Throwing(new IOException("x"), new ChatResponseUpdate(ChatRole.Assistant, "<thi"))));

        Assert.Equal("<thi", text);
        Assert.IsType<IOException>(exception);
    }

    [Fact]
    public async Task ReadAsync_NullUpdates_ArePassedOver()
        => Assert.Equal(("Hi", null), await ReadAsync(
            new Client(_ => Give(null!, new ChatResponseUpdate(ChatRole.Assistant, "Hi") { FinishReason = ChatFinishReason.Stop }))));

    [Fact]
    public void ModelServer_ClientThatCannotBeAsked_IsUnknown()
        => Assert.Equal(default, ModelServer.Of(new Eager(new ObjectDisposedException("x"))));
}
