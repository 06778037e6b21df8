using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Pipulate.Models;
using static Pipulate.Tests.Models.Ollama.OllamaAnswer;
using static Pipulate.Tests.Models.Ollama.ScriptedOllama;

namespace Pipulate.Tests.Models.Ollama;

public class OllamaChatClientTests
{
    [Fact]
    public async Task GetStreamingResponseAsync_Answer_HasTheExactTextAndTheLastUpdateTheMeasures()
    {
        await using var server = await StartAsync();
        server.Chat = (context, _) => WriteAsync(
            context,
            Line(" Hi "), Line("\n\n<b>"), Line("&amp; &"), Line("👩‍🚀"), "\n  \n",
            Done(""","total_duration":1897385625,"load_duration":1000000,"prompt_eval_count":17,"eval_count":50,"eval_duration":1577990000"""));
        using var client = server.Client();

        var updates = await client.GetStreamingResponseAsync("hi", cancellationToken: Token).ToListAsync(Token);
        var response = updates.ToChatResponse();

        Assert.Equal(" Hi \n\n<b>&amp; &👩‍🚀", response.Text);
        Assert.Single(response.Messages);
        Assert.Single(updates.Select(update => update.ResponseId).Distinct());
        Assert.All(updates, update => Assert.Equal(ChatRole.Assistant, update.Role));
        Assert.All(updates, update => Assert.Null(update.MessageId));
        Assert.Equal("llama3.2", response.ModelId);
        Assert.Equal(ChatFinishReason.Stop, updates[^1].FinishReason);
        Assert.Equal((17, 50, 67), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount));
        Assert.Equal(TimeSpan.FromTicks(18973856), updates[^1].AdditionalProperties!["total_duration"]);
        Assert.Equal(TimeSpan.FromMilliseconds(1), updates[^1].AdditionalProperties!["load_duration"]);
    }

    [Fact]
    [Trait("Row", "F-08")]
    public async Task GetStreamingResponseAsync_BytesCutAnywhere_TextIsWhole()
    {
        await using var server = await StartAsync();
        server.Chat = async (context, _) =>
        {
            foreach (var piece in Encoding.UTF8.GetBytes("{\"message\":{\"content\":\"é👍ü\"},\"done\":false}\n" + Done()).Chunk(3))
            {
                await context.Response.Body.WriteAsync(piece, CancellationToken.None);
                await context.Response.Body.FlushAsync(CancellationToken.None);
            }
        };
        using var client = server.Client();

        Assert.Equal("é👍ü", (await client.GetResponseAsync("hi", cancellationToken: Token)).Text);
    }

    [Fact]
    public async Task GetStreamingResponseAsync_Thinking_IsNeverAnswerText()
    {
        await using var server = await StartAsync();
        server.Chat = (context, _) => WriteAsync(
            context, """{"message":{"role":"assistant","content":"","thinking":"field "},"done":false}""" + "\n",
            Line("Answer"), Done());
        using var client = server.Client();

        var response = await client.GetResponseAsync("hi", cancellationToken: Token);

        Assert.Equal("Answer", response.Text);
        Assert.Equal("field ", string.Concat(response.Messages[0].Contents.OfType<TextReasoningContent>().Select(content => content.Text)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetStreamingResponseAsync_ToolCall_IsTakenFromAnyLine(bool onTheLastLine)
    {
        const string Call =
            """ "message":{"content":"","tool_calls":[{"id":"call_1","function":{"index":0,"name":"add","arguments":{"a":1,"b":"x"}}}]} """;
        await using var server = await StartAsync();
        server.Chat = (context, _) => onTheLastLine
            ? WriteAsync(context, $$"""{ {{Call}},"done":true,"done_reason":"stop"}""")
            : WriteAsync(context, $$"""{ {{Call}},"done":false}""" + "\n", Done());
        using var client = server.Client();

        var call = (await client.GetResponseAsync("hi", cancellationToken: Token)).Messages[0].Contents
            .OfType<FunctionCallContent>()
            .Single();

        Assert.Equal(
            ("call_1", "add", "1", "x"), (call.CallId, call.Name, call.Arguments!["a"]!.ToString(), call.Arguments["b"]!.ToString()));
    }

    [Fact]
    public async Task GetResponseAsync_TwoCalls_UseOneConnection()
    {
        await using var server = await StartAsync();
        using var client = server.Client();

        await client.GetResponseAsync("hi", cancellationToken: Token);
        await client.GetResponseAsync("hi", cancellationToken: Token);

        Assert.Single(server.Connections);
        Assert.Equal(1, server.Listings);
    }

    [Theory]
    [InlineData(
        "{\"error\":\"an error was encountered while running the model: boom\"}\n",
        typeof(OllamaHttpException),
        nameof(ModelFailureKind.ServerFailed))]
    [InlineData("{\"error\":{\"message\":\"boom\"}}\n", typeof(OllamaHttpException), nameof(ModelFailureKind.ServerFailed))]
    [InlineData("", typeof(IncompleteAnswerException), nameof(ModelFailureKind.Incomplete))]
    [InlineData("<html>boom</html>\n", typeof(InvalidDataException), nameof(ModelFailureKind.ServerFailed))]
    [InlineData("null\n", typeof(InvalidDataException), nameof(ModelFailureKind.ServerFailed))]
    [InlineData("{\"done\":false} x\n", typeof(InvalidDataException), nameof(ModelFailureKind.ServerFailed))]
    [InlineData("{\"message\":{\"content\":\"half", typeof(InvalidDataException), nameof(ModelFailureKind.ServerFailed))]
    [Trait("Row", "F-04")]
    public async Task GetStreamingResponseAsync_StreamGoesWrong_ThrowsAfterTheText(string end, Type expected, string kind)
    {
        await using var server = await StartAsync();
        server.Chat = (context, _) => WriteAsync(context, Line("Hel"), Line("lo"), end);

        var (text, exception) = await ReadAsync(server.Client());

        Assert.Equal("Hello", text);
        Assert.IsType(expected, exception);
        Assert.Equal(kind, Trouble(exception).Kind.ToString());
    }

    [Fact]
    public void GetService_Known_IsGiven()
    {
        using var client = new OllamaChatClient(new Uri("http://127.0.0.1:11434"), "gemma3");

        var metadata = client.GetService<ChatClientMetadata>()!;
        Assert.Equal(
            ("ollama", new Uri("http://127.0.0.1:11434"), "gemma3"),
            (metadata.ProviderName, metadata.ProviderUri, metadata.DefaultModelId));
        Assert.Same(client, client.GetService<OllamaChatClient>());
        Assert.NotNull(client.GetService<IModelProbe>());
        Assert.Null(client.GetService<OllamaChatClient>("key"));
        Assert.Null(client.GetService<HttpClient>());
    }
}
