using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Options;

public sealed class PipulateOptionsTests
{
    [Theory]
    [InlineData("Pipulate:Limits:MessageBytes", "5")]
    [InlineData("Pipulate:Limits:MessageBytes", "many")]
    [InlineData("Pipulate:Limits:Idle", "-00:00:01")]
    [InlineData("Pipulate:Limits:Generations", "0")]
    [InlineData("Pipulate:Htmx", "V3")]
    [InlineData("Pipulate:Persona", " ")]
    [InlineData("Pipulate:AllowedOrigins:0", "example.com")]
    public async Task Start_WithAWrongSetting_StopsAndNamesTheKey(string key, string value)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => ChatHost.StartAsync(settings: new() { [key] = value }));

        Assert.Contains(key, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithASettingThatDoesNotExist_StopsAndNamesIt()
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => ChatHost.StartAsync(settings: new() { ["Pipulate:Personna"] = "x" }));

        Assert.Contains("Personna", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_FromConfiguration_AreHonoured()
    {
        await using var host = await ChatHost.StartAsync(settings: new()
        {
            ["Pipulate:Persona"] = "A pirate.",
            ["Pipulate:Limits:AnswerTokens"] = "7",
            ["Pipulate:Ollama:Options:num_ctx"] = "2048",
            ["Pipulate:Ollama:KeepAlive"] = "10m",
        });
        var page = await host.OpenAsync();
        await page.TypeAsync("hello");

        var chat = await host.Ollama.WaitForChatAsync(1, TestContext.Current.CancellationToken);

        Assert.StartsWith("A pirate.", chat.Messages[0].Content, StringComparison.Ordinal);
        var options = chat.Json.GetProperty("options");
        Assert.Equal(7, options.GetProperty("num_predict").GetInt32());
        Assert.Equal(2048, options.GetProperty("num_ctx").GetInt32());
        Assert.Equal("10m", chat.Json.GetProperty("keep_alive").GetString());
        Assert.Equal(7, host.Services.GetRequiredService<IOptions<PipulateOptions>>().Value.Limits.AnswerTokens);
    }

    [Fact]
    public void UseAndMap_WithoutAdd_NameTheCallToMake()
    {
        var app = WebApplication.CreateSlimBuilder().Build();

        Assert.Contains("AddPipulate", Assert.Throws<InvalidOperationException>(() => app.UsePipulate()).Message, StringComparison.Ordinal);
        Assert.Contains("AddPipulate", Assert.Throws<InvalidOperationException>(() => app.MapPipulate()).Message, StringComparison.Ordinal);
    }
}
