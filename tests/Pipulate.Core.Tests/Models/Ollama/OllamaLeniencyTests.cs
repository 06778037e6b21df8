using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Pipulate.Models;
using static Pipulate.Tests.Models.Ollama.ScriptedOllama;

namespace Pipulate.Tests.Models.Ollama;

/// <summary>What is not as Ollama sends it, and is no reason to lose an answer.</summary>
public class OllamaLeniencyTests
{
    private const string Usual =
        """{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"Hello"},"done":false}""";
    private const string End =
        """{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":5,"eval_count":2}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Any field of a line, of any type but its own.</summary>
    public static TheoryData<string, string> WrongFields()
    {
        string[] values = [
            "\"\"", "\"x\"", "5", "5.5", "-1", "1e999", "99999999999999999999", "true", "null", "{}", "{\"a\":1}", "[]", "[1,null,\"x\"]",
            "[[{}]]"
        ];
        string[] fields =
        [
            "model", "created_at", "done_reason", "total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration",
            "eval_count", "eval_duration",
            "remote_model", "remote_host", "context", "logprobs", "unknown",
        ];
        string[] inMessage = ["role", "thinking", "images", "tool_calls", "tool_name", "unknown"];
        var data = new TheoryData<string, string>();
        foreach (var value in values)
        {
            foreach (var field in fields)
            {
                data.Add(field, $$"""{"{{field}}":{{value}},"message":{"content":"Hello"},"done":true}""");
            }

            foreach (var field in inMessage)
            {
                data.Add("message." + field, $$"""{"message":{"content":"Hello","{{field}}":{{value}}},"done":true}""");
            }

            data.Add(
                "function.arguments",
                $$$"""{"message":{"content":"Hello","tool_calls":[{"function":{"name":"f","arguments":{{{value}}}}}]},"done":true}""");
            data.Add(
                "function.index",
                $$$"""{"message":{"content":"Hello","tool_calls":[{"id":{{{value}}},"function":{"index":{{{value}}},"name":"f"}}]},"done":true}""");
            data.Add("function", $$$"""{"message":{"content":"Hello","tool_calls":[{"function":{{{value}}}},null,5]},"done":true}""");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(WrongFields))]
    [Trait("Row", "F-08")]
    public async Task GetResponseAsync_FieldOfAnotherType_GivesTheAnswer(string field, string line)
    {
        var response = await AnswerAsync(line + "\n");

        Assert.True(response.Text == "Hello", $"{field}: {response.Text}");
        Assert.NotNull(response.FinishReason);
    }

    [Theory]
    [InlineData("{\"message\":{\"content\":\"Hello\"},\"done\":\"true\"}")]
    [InlineData("{\"message\":{\"content\":\"Hello\"},\"done\":1}")]
    [InlineData("{\"message\":{\"content\":\"Hello\"},\"done_reason\":\"stop\"}")]
    [InlineData("{\"message\":{\"content\":\"Hello\"}}\n{\"done\":true}")]
    [InlineData("{\"message\":{\"content\":[\"He\",{\"type\":\"text\",\"text\":\"llo\"}]},\"done\":true}")]
    [InlineData("{\"message\":null,\"error\":null}\n{\"message\":{\"content\":\"Hello\"},\"done\":true}")]
    [InlineData("\ufeff" + Usual + "\n" + End + "\n")]
    [InlineData(Usual + "\n\ufeff" + End)]
    [InlineData(Usual + End)]
    [InlineData(Usual + " " + End + "\n")]
    [InlineData(Usual + "\r\n\r\n\t \n" + End + "\r\n")]
    [InlineData("data: " + Usual + "\n\ndata:" + End + "\n\ndata: [DONE]\n\n")]
    [InlineData(": ping\nevent: message\nid: 1\nretry: 5\ndata: " + Usual + "\n\n" + End + "\n")]
    [InlineData(Usual + "\n" + End + "\n<html>after the end</html>")]
    public async Task GetResponseAsync_OtherFraming_GivesTheAnswer(string body)
    {
        var response = await AnswerAsync(body);

        Assert.Equal("Hello", response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
    }

    [Theory]
    [InlineData(@"a\ud83db", "a\ufffdb")]
    [InlineData(@"\ude00", "\ufffd")]
    [InlineData(@"\uD83D\uD83D\uDE00", "\ufffd\U0001F600")]
    [InlineData(@"\\ud83d", @"\ud83d")]
    [InlineData(@"\ud83d\ude00", "\U0001F600")]
    public async Task GetResponseAsync_UnpairedSurrogate_IsTheReplacementCharacter(string content, string expected)
        => Assert.Equal(expected, (await AnswerAsync($$"""{"message":{"content":"{{content}}"},"done":true}""")).Text);

    [Fact]
    public async Task GetResponseAsync_BytesThatAreNotUtf8_AreTheReplacementCharacter()
    {
        byte[] line = [.. "{\"message\":{\"content\":\"a"u8, 0xC3, .. "b\",\"x\":\""u8, 0xFF, .. "\"},\"done\":true}\n"u8];

        Assert.Equal("a\ufffdb", (await AnswerAsync(line)).Text);
    }

    [Theory]
    [InlineData("5.0", 5)]
    [InlineData("\"5\"", 5)]
    [InlineData("\"5.0\"", 5)]
    [InlineData("5e0", 5)]
    [InlineData("99999999999", int.MaxValue)]
    [InlineData("\"many\"", null)]
    [InlineData("0", null)]
    public async Task GetResponseAsync_CountInAnotherForm_IsUsed(string count, int? expected)
        => Assert.Equal(
            expected,
            (await AnswerAsync($$"""{"message":{"content":"Hello"},"done":true,"prompt_eval_count":{{count}}}""")).Usage?.InputTokenCount);

    [Theory]
    [InlineData("""{"a":1}""", "1")]
    [InlineData("\"{\\\"a\\\":1}\"", "1")]
    [InlineData("\"{\\\"a\\\":\\\"\\\\ud83d\\\"}\"", "\ufffd")]
    [InlineData("\"nothing\"", null)]
    [InlineData("\"[1]\"", null)]
    [InlineData("null", null)]
    public async Task GetResponseAsync_Arguments_AreReadInAnyForm(string arguments, string? expected)
    {
        var response = await AnswerAsync(
            $$$"""{"message":{"tool_calls":[{"id":"c1","function":{"name":"f","arguments":{{{arguments}}}}}]},"done":true}""");

        var call = Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>());
        Assert.Equal(("c1", "f"), (call.CallId, call.Name));
        Assert.Equal(expected, call.Arguments!.TryGetValue("a", out var value) ? value!.ToString() : null);
    }

    [Fact]
    public async Task GetResponseAsync_OneCallWithoutAList_IsTaken()
    {
        var response = await AnswerAsync("""{"message":{"tool_calls":{"function":{"name":"f","arguments":{}}}},"done":true}""");

        Assert.Equal("f", Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>()).Name);
    }

    [Theory]
    [InlineData("size", "\"big\"")]
    [InlineData("size", "1e3")]
    [InlineData("modified_at", "\"\"")]
    [InlineData("modified_at", "5")]
    [InlineData("digest", "null")]
    [InlineData("details", "\"x\"")]
    [InlineData("details", "{\"families\":{},\"family\":5,\"parameter_size\":7}")]
    [InlineData("capabilities", "\"completion\"")]
    [InlineData("capabilities", "{}")]
    [InlineData("remote_host", "[]")]
    public async Task ProbeAsync_FieldOfTheListOfAnotherType_FindsTheModel(string field, string value)
    {
        await using var server = await StartAsync();
        server.Tags = context => context.Response.WriteAsync($$"""{"models":[null,5,{"name":"llama3.2:latest","{{field}}":{{value}}}]}""");
        using var client = server.Client(null, new ManualTime());

        Assert.Equal("llama3.2:latest", (await client.GetService<IModelProbe>()!.ProbeAsync(Token)).Model);
    }

    private static Task<ChatResponse> AnswerAsync(string body) => AnswerAsync(Encoding.UTF8.GetBytes(body));

    private static async Task<ChatResponse> AnswerAsync(byte[] body)
    {
        using var handler = new OneAnswer(body);
        using var client =
            new OllamaChatClient(new OllamaOptions { Endpoint = new Uri("http://127.0.0.1:1"), Model = "m" }, handler: handler);
        return await client.GetResponseAsync("hi", cancellationToken: Token);
    }

    /// <summary>A server without a network, for hundreds of answers.</summary>
    private sealed class OneAnswer(byte[] body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage
            {
                Content = request.Method == HttpMethod.Get
                ? new StringContent(JsonSerializer.Serialize(new { models = new[] { new { name = "m" } } }))
                : new ByteArrayContent(body),
            });
    }
}
