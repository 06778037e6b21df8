using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using OllamaSharp;
using OllamaSharp.Models;
using Pipulate.FakeOllama;
using Pipulate.Generation;

namespace Pipulate.Tests.Models;

/// <summary>
/// What an application that has registered a client of OllamaSharp sees on its pages, whichever way it has registered it.
/// </summary>
public sealed class OllamaSharpTests : IAsyncLifetime
{
    private FakeOllamaServer _ollama = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _ollama = await FakeOllamaServer.StartAsync();
        _ollama.Models = [new FakeModel("qwen3:8b"), new FakeModel("llama3.2")];
        _ollama.ContextLength = 8_192;
        _ollama.Answer = _ => FakeAnswer.Text("Well said.") with { TokensPerSecond = 0, LoadDuration = TimeSpan.FromMilliseconds(1) };
    }

    public ValueTask DisposeAsync() => _ollama.DisposeAsync();

    [Theory]
    [InlineData("IOllamaApiClient")]
    [InlineData("keyed")]
    [InlineData("IChatClient")]
    [InlineData("a pipeline")]
    [InlineData("metadata alone")]
    public async Task Page_RegisteredClient_HasStatusLoadingNoticeAndWindow(string registration)
    {
        var gate = new TaskCompletionSource();
        _ollama.Answer = _ => FakeAnswer.Text("Well said.") with { TokensPerSecond = 0, Gate = gate.Task };
        await using var host = await StartAsync(services => Register(services, registration));
        var page = await host.OpenAsync();
        await page.WaitAsync(dom => dom.Status == "Model: llama3.2:latest");

        await page.TypeAsync("Hello");
        await page.WaitAsync(
            dom => dom.Entries.Any(entry => dom.WaitingOf(entry.Id)?.Contains("load", StringComparison.OrdinalIgnoreCase) is true));
        gate.SetResult();
        Assert.Equal("Well said.", await page.WaitForAnswerAsync());

        Assert.Equal("llama3.2", _ollama.Chats.Single().Model.Split(':')[0]);
        var contexts = host.Services.GetRequiredService<Pipulate.Generation.ContextWindows>();
        await Eventually.TrueAsync(() => contexts.Current.Window == 8_192);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Page_RegisteredOllamaApiClient_IsAskedForEverything(bool keyed)
    {
        var recorded = new RecordedClient(_ollama.Endpoint);
        await using var host = await StartAsync(services =>
        {
            if (keyed)
            {
                services.AddKeyedSingleton<IOllamaApiClient>("chat", recorded);
            }
            else
            {
                services.AddSingleton<IOllamaApiClient>(recorded);
            }
        });
        var page = await host.OpenAsync();

        await page.TypeAsync("Hello");
        await page.WaitForAnswerAsync();

        Assert.Same(recorded, host.Services.GetRequiredService<IChatClient>().GetService<IOllamaApiClient>());
        await Eventually.TrueAsync(() => recorded.Paths.Count(path => path == "api/ps") == 2);
        Assert.Equal(["api/chat", "api/ps", "api/show", "api/tags"], recorded.Paths.Distinct().Order());
        Assert.Equal("qwen3:8b", _ollama.Chats.Single().Model);
    }

    [Fact]
    public async Task Start_SeveralKeyedClients_SaysHowToChoose()
    {
        await using var host = await StartAsync(services =>
        {
            services.AddKeyedSingleton<IOllamaApiClient>("a", new OllamaApiClient(_ollama.Endpoint));
            services.AddKeyedSingleton<IOllamaApiClient>("b", new OllamaApiClient(_ollama.Endpoint));
            services.AddSingleton(provider => provider.GetRequiredKeyedService<IOllamaApiClient>("b"));
        });
        Assert.IsType<OllamaChatClient>(host.Services.GetRequiredService<IChatClient>());

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(services =>
        {
            services.AddKeyedSingleton<IOllamaApiClient>("a", new OllamaApiClient(_ollama.Endpoint));
            services.AddKeyedSingleton<IOllamaApiClient>("b", new OllamaApiClient(_ollama.Endpoint));
        }));
        Assert.Contains("GetRequiredKeyedService<IOllamaApiClient>", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_ThatHeedsNoStop_IsStoppedAtOnceAndNothingComesAfterIt()
    {
        _ollama.Answer = _ => FakeAnswer.Text("Well said.") with { TokensPerSecond = 0, Fault = FakeFault.Stall, FaultAfterTokens = 2 };
        await using var host = await StartAsync(services => Register(services, "IChatClient"));
        var page = await host.OpenAsync();
        await page.TypeAsync("Hello");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry.Text.StartsWith("Well", StringComparison.Ordinal)));

        await page.SendAsync("""{"do":"stop"}""");
        var stopped = await page.WaitForAnswerAsync(state: "stopped");
        _ollama.Answer = _ => FakeAnswer.Text("Well said.") with { TokensPerSecond = 0 };
        await page.TypeAsync("And now?");

        await page.WaitForAnswerAsync();
        Assert.Equal(["Hello", stopped, "And now?", "Well said."], page.Read(dom => dom.Entries.Select(entry => entry.Text).ToArray()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetResponseAsync_ToolCalls_SurviveThereAndBack(bool registered)
    {
        _ollama.Models = [new FakeModel("llama3.2") { Capabilities = ["completion", "tools"] }];
        _ollama.Answer = _ => new FakeAnswer
        {
            ToolCalls = [
            new FakeToolCall("weather", JsonElement.Parse("""{"city":"Köln","days":[1,2],"deep":{"a":null}}"""))
        ],
            TokensPerSecond = 0
        };
        using var api = new OllamaApiClient(_ollama.Endpoint);
        using var client = registered ? new OllamaChatClient(api) : new OllamaChatClient(_ollama.Endpoint);
        var schema = AIFunctionFactory.Create((string city, int[] days) => city, "weather", "The weather.");

        var asked = await client.GetResponseAsync("Weather?", new ChatOptions { Tools = [schema] }, Token);
        var call = Assert.Single(asked.Messages[0].Contents.OfType<FunctionCallContent>());
        Assert.StartsWith("call_", call.CallId, StringComparison.Ordinal);
        _ollama.Answer = _ => FakeAnswer.Text("Rain.") with { TokensPerSecond = 0 };
        await client.GetResponseAsync(
            [
                new(ChatRole.User, "Weather?"), .. asked.Messages,
                new(ChatRole.Tool, [new FunctionResultContent(call.CallId, new { Sky = "gräu", Degrees = 3.5 })])
            ], cancellationToken: Token);

        var body = _ollama.Chats[^1].Json.GetProperty("messages");
        var sent = body[1].GetProperty("tool_calls")[0];
        Assert.Equal(call.CallId, sent.GetProperty("id").GetString());
        Assert.Equal("weather", sent.GetProperty("function").GetProperty("name").GetString());
        Assert.Equal(
            ["Köln", "[1,2]", """{"a":null}"""],
            sent.GetProperty("function").GetProperty("arguments").EnumerateObject().Select(argument => argument.Value.ToString()));
        Assert.Equal(("tool", "weather"), (body[2].GetProperty("role").GetString(), body[2].GetProperty("tool_name").GetString()));
        Assert.Equal("""{"sky":"gräu","degrees":3.5}""", JsonNode.Parse(body[2].GetProperty("content").GetString()!)!.ToJsonString(
            new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal(registered, !body[2].TryGetProperty("tool_call_id", out var id));
        Assert.True(registered || id.GetString() == call.CallId);
        Assert.Equal(registered, !_ollama.Chats[^1].Json.TryGetProperty("truncate", out _));
    }

    private static Task<ChatHost> StartAsync(Action<IServiceCollection> services) => ChatHost.StartAsync(services: services, ollama: false);

    private void Register(IServiceCollection services, string registration)
    {
        var client = new OllamaApiClient(_ollama.Endpoint, "llama3.2");
        _ = registration switch
        {
            "IOllamaApiClient" => services.AddSingleton<IOllamaApiClient>(client),
            "keyed" => services.AddKeyedSingleton<IOllamaApiClient>("any", client),
            "IChatClient" => services.AddSingleton<IChatClient>(client),
            "a pipeline" => services.AddSingleton(((IChatClient)client).AsBuilder().UseFunctionInvocation().Build()),
            _ => services.AddSingleton<IChatClient>(new MetadataAlone(client)),
        };
    }

    /// <summary>A client of another package for Ollama, which shows only what it is called and where its server is.</summary>
    private sealed class MetadataAlone(IChatClient inner) : DelegatingChatClient(inner)
    {
        public override object? GetService(Type serviceType, object? serviceKey = null)
            => serviceType == typeof(ChatClientMetadata) ? base.GetService(serviceType, serviceKey) : null;
    }

    private sealed class RecordedClient(Uri endpoint) : OllamaApiClient(endpoint)
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Paths { get; } = [];

        protected override Task<HttpResponseMessage> SendToOllamaAsync(
            HttpRequestMessage requestMessage,
            OllamaRequest? ollamaRequest,
            HttpCompletionOption completionOption,
            CancellationToken cancellationToken)
        {
            Paths.Enqueue(requestMessage.RequestUri!.OriginalString);
            return base.SendToOllamaAsync(requestMessage, ollamaRequest, completionOption, cancellationToken);
        }
    }
}
