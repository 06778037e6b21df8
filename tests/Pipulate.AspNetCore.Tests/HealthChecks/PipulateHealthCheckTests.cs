using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipulate.FakeOllama;
using Pipulate.Storage;

namespace Pipulate.Tests.HealthChecks;

public sealed class PipulateHealthCheckTests
{
    [Fact]
    public async Task Check_WhereAllIsThere_IsHealthyAndHasTheNumbers()
    {
        await using var host = await StartAsync();
        await host.OpenAsync();

        var entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.Equal(1, entry.Data["connections"]);
        Assert.Equal(0, entry.Data["answers.waiting"]);
        Assert.Contains("ready", entry.Tags);
    }

    [Theory]
    [InlineData(HealthStatus.Degraded)]
    [InlineData(HealthStatus.Unhealthy)]
    public async Task Check_WithoutAModel_IsWhatTheApplicationWantsAndSaysWhatMendsIt(HealthStatus wanted)
    {
        await using var host = await StartAsync(wanted, ollama: false);

        var entry = await CheckAsync(host);

        Assert.Equal(wanted, entry.Status);
        Assert.Contains("ollama serve", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_ModelThatComesBack_IsHealthyAgain()
    {
        await using var ollama = await FakeOllamaServer.StartAsync();
        await using var host = await StartAsync(configure: options => options.Ollama.Endpoint = ollama.Endpoint);
        ollama.Models = [];
        Assert.Equal(HealthStatus.Degraded, (await CheckAsync(host)).Status);

        ollama.Models = [new FakeModel("llama3.2:latest")];

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(host)).Status);
    }

    [Fact]
    public async Task Check_StoreThatCannotBeRead_IsDegradedAndNamesNoSecret()
    {
        await using var host = await StartAsync(services: services =>
            services.AddSingleton<IConversationStore>(new BrokenStore(new InvalidOperationException("Password=hunter2"))));

        var entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("InvalidOperationException", entry.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_StoreThatIsSilent_IsDegradedAfterTwoSeconds()
    {
        await using var host =
            await StartAsync(services: services => services.AddSingleton<IConversationStore>(new BrokenStore(exception: null)));

        var entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("has not answered for 2 s", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_MoreThanTenWaitForEachThatSpeaks_IsDegraded()
    {
        await using var host =
            await StartAsync(configure: options => (options.Limits.Generations, options.Schedule.Debounce) = (1, TimeSpan.Zero));
        host.Ollama.Answer = _ => FakeAnswer.Text("one two") with { Fault = FakeFault.Stall, FaultAfterTokens = 1 };
        for (var visitor = 0; visitor < 12; visitor++)
        {
            var page = await host.OpenAsync();
            await page.TypeAsync("Hello");
            await page.WaitAsync(dom => dom.Entries.Any(entry => entry.Role == "assistant"));
        }

        var entry = await CheckAsync(host);

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Equal(11, entry.Data["answers.waiting"]);
        Assert.Contains("Pipulate:Limits:Generations", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_WhileTheProcessEnds_IsUnhealthy()
    {
        await using var host = await StartAsync();
        host.Services.GetRequiredService<Pipulate.Connections.ConnectionRegistry>().Drain();

        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(host)).Status);
    }

    [Fact]
    public async Task Check_WithoutAddPipulate_SaysWhatToCall()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddHealthChecks().AddPipulate();
        await using var provider = services.BuildServiceProvider();

        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);

        Assert.Contains("AddPipulate()", report.Entries["pipulate"].Exception!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoint_OfADegradedChat_Answers200AndOfAnUnhealthyOne503()
    {
        await using var host = await StartAsync(ollama: false);
        using var http = new HttpClient { BaseAddress = host.Address };
        Assert.Equal("Degraded", await http.GetStringAsync("/health", TestContext.Current.CancellationToken));

        host.Services.GetRequiredService<Pipulate.Connections.ConnectionRegistry>().Drain();

        using var ending = await http.GetAsync("/health", TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, ending.StatusCode);
    }

    private static Task<ChatHost> StartAsync(
        HealthStatus? failure = null,
        bool ollama = true,
        Action<PipulateOptions>? configure = null,
        Action<IServiceCollection>? services = null) =>
        ChatHost.StartAsync(
            app => app.MapHealthChecks("/health"),
            configure,
            collection =>
            {
                services?.Invoke(collection);
                _ = failure is { } status
                    ? collection.AddHealthChecks().AddPipulate(failureStatus: status, tags: ["ready"])
                    : collection.AddHealthChecks().AddPipulate(tags: ["ready"]);
            },
            ollama: ollama);

    private static async Task<HealthReportEntry> CheckAsync(ChatHost host)
    {
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        return report.Entries["pipulate"];
    }
}
