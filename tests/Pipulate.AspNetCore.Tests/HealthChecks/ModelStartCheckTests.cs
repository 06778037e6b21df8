using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OllamaSharp;
using Pipulate.Tests.Models;

namespace Pipulate.Tests.HealthChecks;

public sealed class ModelStartCheckTests
{
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Pipulate:Ollama:Model"] = "llama3.2",
        ["Pipulate:Ollama:Endpoint"] = "http://me:secret@127.0.0.1:11434",
        ["Pipulate:Ollama:Options:num_ctx"] = "8192",
    };

    [Fact]
    public async Task StartAsync_OllamaSettingsBesideAnotherClient_AreNamedOnceWithoutTheirValues()
    {
        await using var host = await ChatHost.StartAsync(
            services: services => services.AddSingleton<IChatClient, Parrot>(), settings: Settings, ollama: false);

        var line = Assert.Single(Warnings(host));
        Assert.Contains(
            "Pipulate:Ollama:Endpoint, Pipulate:Ollama:Model, Pipulate:Ollama:Options:num_ctx.", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_EndpointBesideAnOllamaApiClient_IsNamedAlone()
    {
        using var api = new OllamaApiClient("http://127.0.0.1:11434");
        await using var host = await ChatHost.StartAsync(
            services: services => services.AddSingleton<IOllamaApiClient>(api), settings: Settings, ollama: false);

        Assert.Contains("of its own: Pipulate:Ollama:Endpoint. Remove", Assert.Single(Warnings(host)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_OllamaItselfOrNoSettings_SaysNothing()
    {
        await using var ollama = await ChatHost.StartAsync(settings: Settings, ollama: false);
        await using var other =
            await ChatHost.StartAsync(services: services => services.AddSingleton<IChatClient, Parrot>(), ollama: false);

        Assert.Empty(Warnings(ollama));
        Assert.Empty(Warnings(other));
    }

    private static IEnumerable<string> Warnings(ChatHost host) =>
        host.Logs.Lines
            .Where(line => line.Level is LogLevel.Warning && line.Text.Contains("no effect", StringComparison.Ordinal))
            .Select(line => line.Text);
}
