using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Pipulate.Models;
using Pipulate.Models.Ollama;
using static Pipulate.Tests.Models.Ollama.ScriptedOllama;

namespace Pipulate.Tests.Models.Ollama;

public class OllamaChatClientTests(ITestOutputHelper output)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

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
    public async Task GetStreamingResponseAsync_HeldBackText_IsGivenBeforeTheFailure()
    {
        await using var server = await StartAsync();
        server.Chat = (context, _) => WriteAsync(context, Line("<thi"));

        Assert.Equal("<thi", (await ReadAsync(server.Client())).Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Row", "F-07")]
    public async Task GetStreamingResponseAsync_ConnectionReset_IsIncomplete(bool afterTheFirst)
    {
        await using var server = await StartAsync();
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Chat = async (context, _) =>
        {
            if (afterTheFirst)
            {
                await WriteAsync(context, Line("Hel"));
                await seen.Task;
            }

            context.Abort();
        };
        using var client = server.Client();

        var (text, exception) = await ReadAsync(client, seen.SetResult);

        Assert.Equal(afterTheFirst ? "Hel" : "", text);
        Assert.Equal(ModelFailureKind.Incomplete, Trouble(exception).Kind);
        Assert.Equal(afterTheFirst, exception is IOException);
    }

    [Theory]
    [InlineData(400, """{"error":"\"x\" does not support chat"}""", "\"x\" does not support chat", "BadRequest")]
    [InlineData(401, """{"error":"unauthorized","signin_url":"u"}""", "unauthorized", "BadRequest")]
    [InlineData(403, "", "HTTP 403 (Forbidden) without a text.", "BadRequest")]
    [InlineData(404, "404 page not found", "404 page not found", "Unreachable")]
    [InlineData(302, "", "HTTP 302 (Found) without a text.", "Unreachable")]
    [InlineData(500, """{"error":"llama-server process has terminated"}""", "llama-server process has terminated", "ServerFailed")]
    [InlineData(
        503,
        """{"error":"server busy, please try again.  maximum pending requests exceeded"}""",
        "server busy, please try again.  maximum pending requests exceeded",
        "Busy")]
    [InlineData(400, """{"error":"{\"error\":{\"code\":400,\"message\":\"too long\"}}"}""", "too long", "BadRequest")]
    [Trait("Row", "F-03")]
    public async Task GetStreamingResponseAsync_HttpError_CarriesStatusAndWords(int status, string body, string message, string kind)
    {
        await using var server = await StartAsync();
        server.Chat = (context, _) => RefuseAsync(context, status, body);

        var exception = Assert.IsType<OllamaHttpException>((await ReadAsync(server.Client())).Failure);

        Assert.Equal((HttpStatusCode)status, exception.StatusCode);
        Assert.Equal(message, exception.Message);
        Assert.Equal(kind, Trouble(exception).Kind.ToString());
    }

    [Fact]
    public async Task GetStreamingResponseAsync_NobodyListens_IsUnreachable()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var port = ((IPEndPoint)socket.LocalEndpoint).Port;
        socket.Stop();
        using var client = new OllamaChatClient(new Uri($"http://127.0.0.1:{port}"));

        var exception = Assert.IsType<HttpRequestException>((await ReadAsync(client)).Failure);

        Assert.Equal($"No model answers at http://127.0.0.1:{port}. Start it with: ollama serve", Trouble(exception).Sentence);
        Assert.Equal(ModelFailureKind.Unreachable, (await Probe(client).ProbeAsync(Token)).Failure?.Kind);
    }

    [Theory]
    [InlineData(false, 600)]
    [InlineData(true, 30)]
    [Trait("Row", "F-02")]
    public async Task GetStreamingResponseAsync_Silence_TimesOutAndClosesTheConnection(bool afterTheFirst, int seconds)
    {
        await using var server = await StartAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Chat = async (context, gone) =>
        {
            asked.SetResult();
            if (afterTheFirst)
            {
                await WriteAsync(context, Line("Hel"));
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone);
        };
        var time = new ManualTime();
        using var client = server.Client(time: time);
        var reading = ReadAsync(client);
        await asked.Task.WaitAsync(TestTime.Timeout, Token);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(seconds));
        time.Advance(TimeSpan.FromSeconds(seconds));

        var (_, exception) = await reading.WaitAsync(TestTime.Timeout, Token);

        Assert.Equal(ModelFailureKind.TimedOut, Trouble(Assert.IsType<TimeoutException>(exception)).Kind);
        await server.Aborted.Task.WaitAsync(TestTime.Timeout, Token);
    }

    [Fact]
    public async Task GetStreamingResponseAsync_SlowReader_IsNotTakenForASilentModel()
    {
        await using var server = await StartAsync();
        server.Chat = (context, _) => WriteAsync(context, Line("a"), Line("b"), Done());
        var time = new ManualTime();
        using var client = server.Client(time: time);
        var text = "";
        await foreach (var update in client.GetStreamingResponseAsync("hi", cancellationToken: Token))
        {
            time.Advance(TimeSpan.FromHours(1));
            text += update.Text;
        }

        Assert.Equal("ab", text);
    }

    [Theory]
    [InlineData("before")]
    [InlineData("reading")]
    [InlineData("between")]
    [InlineData("leaving")]
    [Trait("Row", "F-05")]
    public async Task GetStreamingResponseAsync_GivenUp_ClosesTheConnectionAtOnce(string when)
    {
        await using var server = await StartAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Chat = async (context, gone) =>
        {
            asked.SetResult();
            if (when != "before")
            {
                await WriteAsync(context, Line("Hel"));
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone);
        };
        using var client = server.Client();
        using var stop = new CancellationTokenSource();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = Task.Run(
            async () =>
            {
                await foreach (var _ in client.GetStreamingResponseAsync("hi", cancellationToken: stop.Token))
                {
                    first.TrySetResult();
                    if (when == "between")
                    {
                        await stop.CancelAsync();
                    }
                    else if (when == "leaving")
                    {
                        break;
                    }
                }
            },
            Token);
        await asked.Task.WaitAsync(TestTime.Timeout, Token);
        if (when == "reading")
        {
            await first.Task.WaitAsync(TestTime.Timeout, Token);
        }

        if (when is "before" or "reading")
        {
            await stop.CancelAsync();
        }

        if (when == "leaving")
        {
            await reading;
        }
        else
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TestTime.Timeout, Token));
        }

        // Far less than the two seconds that a handler with its default settings goes on reading.
        await server.Aborted.Task.WaitAsync(TimeSpan.FromSeconds(1.5), Token);
    }

    [Theory]
    [InlineData("reading")]
    [InlineData("busy")]
    [InlineData("leaving")]
    [Trait("Row", "F-05")]
    public async Task GetStreamingResponseAsync_GivenUp_ClosesTheResponseWithin100Milliseconds(string when)
    {
        // The best of some: a machine with other work may be late once.
        var best = TimeSpan.MaxValue;
        for (var attempt = 0; attempt < 5 && best > TimeSpan.FromMilliseconds(100); attempt++)
        {
            var took = await CloseAsync(when);
            best = took < best ? took : best;
        }

        output.WriteLine($"{when}: closed after {best.TotalMilliseconds:0.0} ms");
        Assert.InRange(best, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
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

    [Fact]
    public async Task GetStreamingResponseAsync_ConfiguredNameWithoutTag_FindsTheInstalledOne()
    {
        await using var server = await StartAsync();
        server.Tags = context => context.Response.WriteAsync(Installed("gemma3:12b", "gemma3:4b"));
        using var client = server.Client("gemma3");

        await client.GetResponseAsync("hi", cancellationToken: Token);

        Assert.Equal("gemma3:12b", server.Bodies.Single().GetProperty("model").GetString());
    }

    [Fact]
    public async Task GetStreamingResponseAsync_ConfiguredNameIsMissing_NamesWhatIsThere()
    {
        await using var server = await StartAsync();
        server.Tags = context => context.Response.WriteAsync(Installed("a:1", "b:1"));
        using var client = server.Client("gemma3");

        var exception = Assert.IsType<OllamaHttpException>((await ReadAsync(client)).Failure);

        Assert.Equal(HttpStatusCode.NotFound, exception.StatusCode);
        Assert.Equal(
            $"The model \"gemma3\" is not installed at {ModelServer.Display(server.Endpoint)}. Installed: a:1, b:1. Run: ollama pull gemma3",
            Trouble(exception).Sentence);
        Assert.Empty(server.Bodies);
    }

    [Fact]
    public async Task GetStreamingResponseAsync_NoNameAndOldServer_AsksLazilyAndTakesTheFirstThatChats()
    {
        await using var server = await StartAsync();
        server.Tags = context => context.Response.WriteAsync(Installed("embedder:1", "gemma3:4b", "older:1"));
        server.Show = (context, name) => context.Response.WriteAsync(
            name == "embedder:1" ? """{"capabilities":["embedding"]}""" : """{"capabilities":["completion"]}""");
        using var client = server.Client(null);

        await client.GetResponseAsync("hi", cancellationToken: Token);
        await client.GetResponseAsync("hi", cancellationToken: Token);

        Assert.All(server.Bodies, body => Assert.Equal("gemma3:4b", body.GetProperty("model").GetString()));
        Assert.Equal(["embedder:1", "gemma3:4b"], server.Shown);
        Assert.Equal(1, server.Listings);
        Assert.Equal("gemma3:4b", client.GetService<ChatClientMetadata>()!.DefaultModelId);
    }

    [Fact]
    [Trait("Row", "F-03")]
    public async Task GetStreamingResponseAsync_ChosenModelWasRemoved_ChoosesAgain()
    {
        await using var server = await StartAsync();
        using var client = server.Client(null);
        await client.GetResponseAsync("hi", cancellationToken: Token);
        server.Tags = context => context.Response.WriteAsync(Installed("gemma3:4b"));
        server.Chat = (context, _) => server.Bodies.Last().GetProperty("model").GetString() == "gemma3:4b"
            ? WriteAsync(context, Line("new"), Done())
            : RefuseAsync(context, 404, """{"error":"model 'llama3.2:latest' not found"}""");

        Assert.Equal("new", (await client.GetResponseAsync("hi", cancellationToken: Token)).Text);
    }

    [Fact]
    public async Task GetStreamingResponseAsync_ServerInsistsThatTheModelIsMissing_SaysSo()
    {
        await using var server = await StartAsync();
        server.Chat = (context, _) => RefuseAsync(context, 404, """{"error":"model 'llama3.2:latest' not found"}""");

        var exception = Assert.IsType<OllamaHttpException>((await ReadAsync(server.Client())).Failure);

        Assert.Equal("model 'llama3.2:latest' not found", exception.Message);
        Assert.Equal(ModelFailureKind.ModelMissing, Trouble(exception).Kind);
        Assert.Equal(2, server.Bodies.Count);
    }

    [Fact]
    public async Task GetStreamingResponseAsync_NothingInstalled_SaysHowToAndNoticesThePull()
    {
        await using var server = await StartAsync();
        server.Tags = context => context.Response.WriteAsync("""{"models":null}""");
        using var client = server.Client(null);

        var exception = Assert.IsType<InvalidOperationException>((await ReadAsync(client)).Failure);
        Assert.Equal(
            $"Ollama runs at {ModelServer.Display(server.Endpoint)}, but no chat model is installed. Run: ollama pull llama3.2",
            Trouble(exception).Sentence);

        server.Tags = context => context.Response.WriteAsync(Installed("llama3.2:latest"));
        Assert.Equal("Hello", (await client.GetResponseAsync("hi", cancellationToken: Token)).Text);
    }

    [Fact]
    public async Task GetStreamingResponseAsync_ModelIdOfTheCall_BeatsTheConfiguredOne()
    {
        await using var server = await StartAsync();
        server.Tags = context => context.Response.WriteAsync(Installed("llama3.2:latest", "qwen3:8b"));
        using var client = server.Client();

        await client.GetResponseAsync("hi", new ChatOptions { ModelId = "qwen3" }, Token);

        Assert.Equal("qwen3:8b", server.Bodies.Single().GetProperty("model").GetString());
    }

    [Fact]
    public async Task ProbeAsync_ModelThere_NamesItWithoutAGeneration()
    {
        await using var server = await StartAsync();
        using var client = server.Client(null, new ManualTime());

        var report = await Probe(client).ProbeAsync(Token);

        Assert.Equal(("llama3.2:latest", server.Endpoint, null), (report.Model, report.Endpoint, report.Failure));
        Assert.Empty(server.Bodies);
    }

    [Fact]
    public async Task ProbeAsync_ServerHangs_GivesUpAfterTwoSeconds()
    {
        await using var server = await StartAsync();
        server.Tags = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        var time = new ManualTime();
        using var client = server.Client(null, time);
        var probing = Probe(client).ProbeAsync(Token);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(2));
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(ModelFailureKind.TimedOut, (await probing.WaitAsync(TestTime.Timeout, Token)).Failure?.Kind);
    }

    [Theory]
    [InlineData("<html>It works!</html>", "Unreachable")]
    [InlineData("""{"models":[]}""", "NoModel")]
    public async Task ProbeAsync_OddServer_ReportsTheTrouble(string tags, string kind)
    {
        await using var server = await StartAsync();
        server.Tags = context => context.Response.WriteAsync(tags);

        // The clock stands: on a busy machine the two seconds of a probe are soon over.
        Assert.Equal(kind, (await Probe(server.Client(null, new ManualTime())).ProbeAsync(Token)).Failure?.Kind.ToString());
    }

    [Fact]
    public async Task ProbeAsync_CallerCancelled_Throws()
    {
        await using var server = await StartAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Probe(server.Client()).ProbeAsync(new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData("""{"models":[{"name":"llama3.2:latest","model":"llama3.2:latest"}]}""", true)]
    [InlineData("""{"models":[{"name":"other:latest"}]}""", false)]
    [InlineData("""{"models":[]}""", false)]
    [InlineData("""{"models":null}""", null)]
    [InlineData("""<html>""", null)]
    public async Task IsLoadedAsync_WhatTheServerRuns_IsSaidWhenItIsKnown(string running, bool? loaded)
    {
        await using var server = await StartAsync();
        server.Running = context => context.Response.WriteAsync(running);

        Assert.Equal(loaded, await Probe(server.Client(null, new ManualTime())).IsLoadedAsync(Token));
    }

    [Theory]
    [InlineData("""{"models":[{"name":"llama3.2:latest","context_length":8192}]}""", 8192)]
    [InlineData("""{"models":[null,{"name":"other:latest","context_length":1},{"name":"llama3.2:latest"}]}""", 0)]
    [InlineData("""{"models":[{"name":"llama3.2:latest","context_length":99999999999}]}""", int.MaxValue)]
    [InlineData("""{"models":[{"name":"other:latest","context_length":8192}]}""", null)]
    [InlineData("""{"models":null}""", null)]
    [InlineData("""<html>""", null)]
    public async Task ReadContextAsync_WhatTheServerSaysOfTheModel_IsGiven(string running, int? tokens)
    {
        await using var server = await StartAsync();
        server.Running = context => context.Response.WriteAsync(running);

        Assert.Equal(tokens, await Probe(server.Client("other", new ManualTime())).ReadContextAsync("llama3.2", Token));
    }

    [Fact]
    public async Task ReadContextAsync_CallerCancelled_Throws()
    {
        await using var server = await StartAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Probe(server.Client()).ReadContextAsync(null, new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData("8192", 8192)]
    [InlineData("many", null)]
    [InlineData("-1", null)]
    [InlineData(null, null)]
    public void ConfiguredContext_NumCtx_IsTheContext(string? text, int? tokens)
    {
        var options = new OllamaOptions { Endpoint = new Uri("http://127.0.0.1:11434") };
        if (text is not null)
        {
            options.Options["Num_Ctx"] = text;
        }

        using var client = new OllamaChatClient(options);

        Assert.Equal(tokens, Probe(client).ConfiguredContext);
    }

    [Fact]
    public async Task IsLoadedAsync_CallerCancelled_Throws()
    {
        await using var server = await StartAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Probe(server.Client()).IsLoadedAsync(new CancellationToken(canceled: true)));
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

    /// <summary>Gives an answer up after its first piece, and says how long it takes until the server sees that.</summary>
    private static async Task<TimeSpan> CloseAsync(string when)
    {
        await using var server = await StartAsync();
        server.Chat = async (context, gone) =>
        {
            await WriteAsync(context, Line("Hel"));
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone);
        };
        using var client = server.Client();
        using var stop = new CancellationTokenSource();
        var busy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = Task.Run(
            async () =>
            {
                await foreach (var _ in client.GetStreamingResponseAsync("hi", cancellationToken: stop.Token))
                {
                    first.TrySetResult();
                    if (when is "leaving")
                    {
                        break;
                    }

                    await (when is "busy" ? busy.Task : Task.CompletedTask);
                }
            },
            Token);
        await first.Task.WaitAsync(TestTime.Timeout, Token);
        var begin = Stopwatch.GetTimestamp();
        if (when is not "leaving")
        {
            await stop.CancelAsync();
        }

        await server.Aborted.Task.WaitAsync(TestTime.Timeout, Token);
        var took = Stopwatch.GetElapsedTime(begin);
        busy.SetResult();
        await Task.WhenAny(reading);
        Assert.Equal(when is not "leaving", reading.IsCanceled);
        return took;
    }

    private static IModelProbe Probe(OllamaChatClient client) => client.GetService<IModelProbe>()!;

    private static ModelFailure Trouble(Exception? failure) => ModelFailureFactory.Classify(failure!, null, CancellationToken.None);

    private static async Task<(string Text, Exception? Failure)> ReadAsync(OllamaChatClient client, Action? seen = null)
    {
        var text = "";
        try
        {
            await foreach (var update in client.GetStreamingResponseAsync("hi", cancellationToken: Token))
            {
                text += update.Text;
                seen?.Invoke();
            }
        }
        catch (Exception exception)
        {
            return (text, exception);
        }

        return (text, null);
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
