using Microsoft.AspNetCore.Builder;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Telemetry;

public sealed class MetricsTests
{
    [Fact]
    public async Task ModelCalls_OfACommentAndAReply_AreMeasuredAsTheConventionsHaveIt()
    {
        await using var host = await ChatHost.StartAsync(Map);
        host.Ollama.Answer = _ => FakeAnswer.Text("Well bought.");
        using var metrics = new RecordedMetrics(host.Services);
        var page = await host.OpenAsync();

        await page.Http.PostAsync("/buy/milk", null, TestContext.Current.CancellationToken);
        await page.WaitForAnswerAsync();
        await page.TypeAsync("Was it?");
        await page.WaitForAnswerAsync(2);
        await Eventually.TrueAsync(() => metrics["pipulate.answer.ended"].Count == 2);

        Assert.Equal(
            ["comment complete", "reply complete"],
            metrics["pipulate.answer.ended"].Select(one => $"{one.Tags["kind"]} {one.Tags["outcome"]}"));
        Assert.Equal(["comment", "reply"], metrics["pipulate.answer.wait"].Select(one => one.Tags["kind"]));
        Assert.All(metrics["pipulate.answer.wait"], one => Assert.InRange(one.Value, 0, TestTime.Timeout.TotalSeconds));
        var durations = metrics["gen_ai.client.operation.duration"];
        Assert.Equal(2, durations.Count);
        Assert.All(durations, one =>
        {
            Assert.Equal("chat", one.Tags["gen_ai.operation.name"]);
            Assert.Equal("ollama", one.Tags["gen_ai.provider.name"]);
            Assert.Equal(host.Ollama.Chats[0].Model, one.Tags["gen_ai.request.model"]);
            Assert.DoesNotContain("error.type", one.Tags.Keys);
        });
        var firsts = metrics["gen_ai.client.operation.time_to_first_chunk"];
        Assert.Equal(2, firsts.Count);
        Assert.All(firsts.Zip(durations), pair => Assert.InRange(pair.First.Value, double.Epsilon, pair.Second.Value));
        Assert.Equal(
            ["input", "output", "input", "output"], metrics["gen_ai.client.token.usage"].Select(one => one.Tags["gen_ai.token.type"]));
        Assert.All(metrics["gen_ai.client.token.usage"], one => Assert.True(one.Value > 0));
    }

    [Fact]
    public async Task ModelCall_ThatFails_SaysOfWhatKind()
    {
        await using var host = await ChatHost.StartAsync(Map);
        host.Ollama.Answer = _ => FakeAnswer.Text("never") with { Fault = FakeFault.ErrorLine, FaultAfterTokens = 0 };
        using var metrics = new RecordedMetrics(host.Services);
        var page = await host.OpenAsync();

        await page.TypeAsync("Hello");
        await page.WaitForAnswerAsync(state: "failed");
        await Eventually.TrueAsync(() => metrics["pipulate.answer.ended"].Count == 1);

        Assert.Equal("server_failed", Assert.Single(metrics["gen_ai.client.operation.duration"]).Tags["error.type"]);
        Assert.Equal("failed", Assert.Single(metrics["pipulate.answer.ended"]).Tags["outcome"]);
    }

    [Fact]
    public async Task Pages_ThatComeAndGo_AreCountedNow()
    {
        await using var host = await ChatHost.StartAsync(Map);
        using var metrics = new RecordedMetrics(host.Services);
        Assert.Equal(0, metrics.Look("pipulate.connections"));

        var page = await host.OpenAsync();
        await host.OpenAsync(page.Visitor);
        Assert.Equal(2, metrics.Look("pipulate.connections"));
        Assert.Equal(1, metrics.Look("pipulate.conversations"));
        Assert.Equal(2, metrics["pipulate.connection.resyncs"].Count(one => one.Tags["kind"] is "snapshot"));

        await page.DisposeAsync();
        await Eventually.TrueAsync(() => metrics.Look("pipulate.connections") == 1);
    }

    [Fact]
    public async Task Page_ThatIsNotLetIn_IsCountedWithTheReason()
    {
        await using var host = await ChatHost.StartAsync(Map, options => options.Limits.ConnectionsPerVisitor = 1);
        using var metrics = new RecordedMetrics(host.Services);
        var page = await host.OpenAsync();

        using var refused = await page.Http.GetAsync("/sse", TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.TooManyRequests, refused.StatusCode);
        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/sse") { Headers = { { "Origin", "https://evil.example" } } };
        using var shut = await page.Http.SendAsync(foreign, TestContext.Current.CancellationToken);

        Assert.Equal(["visitor_full", "origin"], metrics["pipulate.connection.refused"].Select(one => one.Tags["reason"]));
    }

    [Fact]
    public async Task Page_ThatSendsWhatCannotBeTaken_IsCountedAsSentAway()
    {
        await using var host = await ChatHost.StartAsync(Map);
        using var metrics = new RecordedMetrics(host.Services);
        var page = await host.OpenAsync();

        await page.SendAsync("binary", System.Net.WebSockets.WebSocketMessageType.Binary);
        await page.Closed.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);

        Assert.Equal("message", Assert.Single(metrics["pipulate.connection.evicted"]).Tags["reason"]);
    }

    [Fact]
    public async Task Answers_BeyondTheOnesGivenAtOnce_AreCountedAsWaiting()
    {
        await using var host = await ChatHost.StartAsync(Map, options => options.Limits.Generations = 1);
        using var metrics = new RecordedMetrics(host.Services);
        host.Ollama.Answer = _ => FakeAnswer.Text("one two three") with { Fault = FakeFault.Stall, FaultAfterTokens = 1 };
        var first = await host.OpenAsync();
        var second = await host.OpenAsync();

        await first.TypeAsync("Hello");
        await first.WaitAsync(dom => dom.Entries.Any(entry => entry is { Role: "assistant", Text.Length: > 0 }));
        await second.TypeAsync("Hello");
        await second.WaitAsync(dom => dom.Entries.Any(entry => entry.Role == "assistant"));

        Assert.Equal(1, metrics.Look("pipulate.answers.running"));
        Assert.Equal(1, metrics.Look("pipulate.answers.waiting"));
    }

    private static void Map(WebApplication app) =>
        app.MapPost("/buy/{item}", [ChatCommentary("They bought {item}.")] (string item) => item);
}
