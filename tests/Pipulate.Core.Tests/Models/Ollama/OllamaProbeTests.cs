using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Pipulate.Models;
using static Pipulate.Tests.Models.Ollama.OllamaAnswer;
using static Pipulate.Tests.Models.Ollama.ScriptedOllama;

namespace Pipulate.Tests.Models.Ollama;

public class OllamaProbeTests
{
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
}
