using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Pipulate.Models;
using static Pipulate.Tests.Models.Ollama.OllamaAnswer;
using static Pipulate.Tests.Models.Ollama.ScriptedOllama;

namespace Pipulate.Tests.Models.Ollama;

public class OllamaRequestTests
{
    [Fact]
    public async Task GetStreamingResponseAsync_AllOptions_AreSentByOllamasNames()
    {
        await using var server = await StartAsync();
        using var client = new OllamaChatClient(new OllamaOptions
        {
            Endpoint = server.Endpoint,
            Model = "llama3.2",
            KeepAlive = "10m",
            Options = { ["NUM_CTX"] =
                "8192", ["temperature"] = "0.1", ["min_p"] = "0.05", ["use_mmap"] = "False", ["stop"] = "END", ["think"] = "false" },
        });
        using var schema = JsonDocument.Parse("""{"type":"object"}""");
        var options = new ChatOptions
        {
            Instructions = "Be brief.",
            Temperature = 0.5f,
            TopP = 0.9f,
            TopK = 40,
            Seed = 7,
            FrequencyPenalty = 1,
            PresencePenalty = 2,
            MaxOutputTokens = 100,
            StopSequences = ["a", "b"],
            ResponseFormat = ChatResponseFormat.ForJsonSchema(schema.RootElement),
            AdditionalProperties =
                new() { ["num_gpu"] = 1, ["keep_alive"] = TimeSpan.FromMinutes(2), ["for_others"] = "x", ["top_k"] = 41L },
        };

        await client.GetResponseAsync(
            [new(ChatRole.System, "You are a list."), new(ChatRole.User, "hé \ud83d"), new(ChatRole.User, "")], options, Token);

        var body = server.Bodies.Single();
        Assert.Equal("llama3.2:latest", body.GetProperty("model").GetString());
        Assert.True(body.GetProperty("stream").GetBoolean());
        Assert.False(body.GetProperty("think").GetBoolean());
        Assert.Equal("120s", body.GetProperty("keep_alive").GetString());
        Assert.Equal("object", body.GetProperty("format").GetProperty("type").GetString());
        Assert.Equal(
            "system=Be brief.|system=You are a list.|user=hé \ufffd",
            string.Join('|', body
                .GetProperty("messages")
                .EnumerateArray()
                .Select(message => $"{message.GetProperty("role")}={message.GetProperty("content")}")));
        Assert.Equal(
            """{"frequency_penalty":1,"min_p":0.05,"num_ctx":8192,"num_gpu":1,"num_predict":100,"presence_penalty":2,"seed":7,"stop":["a","b"],"temperature":0.5,"top_k":41,"top_p":0.9,"use_mmap":false}""",
            "{" + string.Join(',', body
                .GetProperty("options")
                .EnumerateObject()
                .OrderBy(option => option.Name, StringComparer.Ordinal)
                .Select(option => $"\"{option.Name}\":{option.Value.GetRawText()}")) + "}");
    }

    [Fact]
    public async Task GetStreamingResponseAsync_NoOptions_SendsNoneAtAll()
    {
        await using var server = await StartAsync();
        using var client = server.Client();

        await client.GetResponseAsync("hi", cancellationToken: Token);

        Assert.Equal(
            ["messages", "model", "stream", "truncate"],
            server.Bodies.Single().EnumerateObject().Select(property => property.Name).Order());
    }

    [Fact]
    public async Task GetStreamingResponseAsync_Truncate_IsFalseUnlessTheCallerWantsIt()
    {
        await using var server = await StartAsync();
        using var client = server.Client();

        await client.GetResponseAsync("hi", cancellationToken: Token);
        await client.GetResponseAsync("hi", new ChatOptions { AdditionalProperties = new() { ["truncate"] = true } }, Token);

        Assert.Equal([false, true], server.Bodies.Select(body => body.GetProperty("truncate").GetBoolean()));
    }

    [Theory]
    [InlineData("300", "300s")]
    [InlineData("-1", "-1s")]
    [InlineData("0.5", "0.5s")]
    [InlineData("10m", "10m")]
    [InlineData("00:10:00", "600s")]
    public async Task GetStreamingResponseAsync_KeepAlive_IsSentAsOllamaReadsIt(string keepAlive, string expected)
    {
        await using var server = await StartAsync();
        using var client =
            new OllamaChatClient(new OllamaOptions { Endpoint = server.Endpoint, Model = "llama3.2", KeepAlive = keepAlive });

        await client.GetResponseAsync("hi", cancellationToken: Token);

        Assert.Equal(expected, server.Bodies.Single().GetProperty("keep_alive").GetString());
    }

    [Fact]
    public async Task GetStreamingResponseAsync_ToolsAndImages_AreSent()
    {
        await using var server = await StartAsync();
        using var client = server.Client();
        using var schema = JsonDocument.Parse("""{"type":"object","properties":{"a":{"type":"integer"}}}""");
        ChatMessage[] messages =
        [
            new(ChatRole.User, [new TextContent("look"), new DataContent(new byte[] { 1, 2, 3 }, "image/png")]),
            new(ChatRole.Assistant, [
                new TextReasoningContent("secret"),
                new FunctionCallContent("c1", "add", new Dictionary<string, object?> { ["a"] = 1, ["l"] = new List<string> { "x" } })
            ]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", 42)]),
        ];

        await client.GetResponseAsync(
            messages, new ChatOptions { Tools = [AIFunctionFactory.CreateDeclaration("add", "Adds.", schema.RootElement)] }, Token);

        var body = server.Bodies.Single();
        var expected = JsonNode.Parse(
            """[{"role":"user","content":"look","images":["AQID"]},{"role":"assistant","content":"","tool_calls":[{"id":"c1","function":{"index":0,"name":"add","arguments":{"a":1,"l":["x"]}}}]},{"role":"tool","content":"42","tool_name":"add","tool_call_id":"c1"}]""");
        Assert.True(
            JsonNode.DeepEquals(expected, JsonNode.Parse(body.GetProperty("messages").GetRawText())),
            body.GetProperty("messages").GetRawText());
        Assert.Equal("add", body.GetProperty("tools")[0].GetProperty("function").GetProperty("name").GetString());
    }

    [Fact]
    [Trait("Row", "S-53")]
    public async Task GetStreamingResponseAsync_CredentialsInTheEndpoint_AreSentAndNeverSaid()
    {
        await using var server = await StartAsync();
        var headers = new ConcurrentQueue<string?>();
        server.Tags = context =>
        {
            headers.Enqueue(context.Request.Headers.Authorization);
            return context.Response.WriteAsync(Installed("llama3.2:latest"));
        };
        server.Chat = (context, _) =>
        {
            headers.Enqueue(context.Request.Headers.Authorization);
            return RefuseAsync(context, 401, "<html>401 Authorization Required</html>");
        };
        var logger = new RecordedLogger();
        using var client = new OllamaChatClient(
            new OllamaOptions { Endpoint = new UriBuilder(server.Endpoint) { UserName = "user", Password = "s%3Acret" }.Uri },
            logger: logger);

        var exception = (await ReadAsync(client)).Failure!;

        Assert.Equal(["Basic " + Convert.ToBase64String("user:s:cret"u8), "Basic " + Convert.ToBase64String("user:s:cret"u8)], headers);
        Assert.Equal(
            $"The model at {ModelServer.Display(server.Endpoint)} refuses this application (HTTP 401). Check the address, or the key that it needs.",
            Trouble(exception).Sentence);
        Assert.All(
            [exception.ToString(), .. logger.Lines, client.GetService<ChatClientMetadata>()!.ProviderUri!.ToString()],
            said => Assert.DoesNotContain("cret", said, StringComparison.Ordinal));
        Assert.NotEmpty(logger.Lines);
    }

    private sealed class RecordedLogger : ILogger<OllamaChatClient>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Lines.Add(formatter(state, exception) + exception);
    }
}
