using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Pipulate.Models;
using Pipulate.Models.Ollama;
using static Pipulate.Tests.Models.Ollama.OllamaAnswer;
using static Pipulate.Tests.Models.Ollama.ScriptedOllama;

namespace Pipulate.Tests.Models.Ollama;

public class OllamaModelSelectionTests
{
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
            $"The model \"gemma3\" is not installed at {ModelServer.Display(server.Endpoint)}. "
                + "Installed: a:1, b:1. Run: ollama pull gemma3",
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
}
