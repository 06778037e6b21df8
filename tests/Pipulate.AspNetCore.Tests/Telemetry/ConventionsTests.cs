using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Pipulate.Tests.Telemetry;

/// <summary>
/// Holds what a collector gets of one answer, through OpenTelemetry's own SDK, to the conventions for generative AI
/// (gen-ai-spans.md and gen-ai-metrics.md of open-telemetry/semantic-conventions 1.41). Their tables stand here as far as they concern a
/// chat.
/// </summary>
public sealed class ConventionsTests
{
    private static readonly double[] Seconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

    private static readonly double[] Tokens = [
        1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864
    ];

    /// <summary>The attributes that each metric of a client's call has: required, conditionally required and recommended.</summary>
    private static readonly string[] OfAMetric =
        ["gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port"];

    /// <summary>
    /// The attributes of a span of a streamed chat, and the type of each. What is opt-in or names a person is left out (decision 13).
    /// </summary>
    private static readonly Dictionary<string, Type> OfASpan = new(StringComparer.Ordinal)
    {
        ["gen_ai.operation.name"] = typeof(string),
        ["gen_ai.provider.name"] = typeof(string),
        ["gen_ai.request.model"] = typeof(string),
        ["gen_ai.request.max_tokens"] = typeof(int),
        ["gen_ai.request.stream"] = typeof(bool),
        ["gen_ai.response.finish_reasons"] = typeof(string[]),
        ["gen_ai.response.id"] = typeof(string),
        ["gen_ai.response.model"] = typeof(string),
        ["gen_ai.response.time_to_first_chunk"] = typeof(double),
        ["gen_ai.usage.input_tokens"] = typeof(long),
        ["gen_ai.usage.output_tokens"] = typeof(long),
        ["server.address"] = typeof(string),
        ["server.port"] = typeof(int),
    };

    [Fact]
    public async Task Answer_ThroughOpenTelemetry_IsASpanAndMetricsOfTheConventions()
    {
        // The client is known by its server: what other hosts of this process measure is heard too.
        var server = new Uri($"http://model.example:{ChatHost.FreePort()}");
        var client = new IdentifiedClient(server);
        List<Activity> spans = [];
        List<MetricSnapshot> metrics = [];
        await using var host = await ChatHost.StartAsync(ollama: false, services: services =>
        {
            services.AddSingleton<IChatClient>(client);
            services.AddOpenTelemetry()
                .WithMetrics(meters => meters.AddMeter("Pipulate").AddInMemoryExporter(metrics))
                .WithTracing(traces => traces.AddSource("Pipulate").AddInMemoryExporter(spans));
        });
        var page = await host.OpenAsync();

        await page.TypeAsync("Hello");
        await page.WaitForAnswerAsync();
        await Eventually.TrueAsync(() => Calls().Count > 0);
        host.Services.GetRequiredService<MeterProvider>().ForceFlush();

        var span = Assert.Single(Calls());
        Assert.Equal("chat wise-1", span.DisplayName);
        Assert.Equal(ActivityKind.Client, span.Kind);
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.Equal(
            OfASpan.Select(one => $"{one.Key}: {one.Value.Name}").Order(StringComparer.Ordinal),
            span.TagObjects.Select(tag => $"{tag.Key}: {tag.Value!.GetType().Name}").Order(StringComparer.Ordinal));
        Assert.Equal("answer-1", span.GetTagItem("gen_ai.response.id"));

        var duration = Assert.Single(Measured("gen_ai.client.operation.duration", "s", Seconds));
        var first = Assert.Single(Measured("gen_ai.client.operation.time_to_first_chunk", "s", Seconds));
        var chunks = Assert.Single(Measured("gen_ai.client.operation.time_per_output_chunk", "s", Seconds));
        Assert.Equal([1, 1, 2], new[] { duration, first, chunks }.Select(one => one.GetHistogramCount()));
        Assert.InRange(first.GetHistogramSum() + chunks.GetHistogramSum(), 0, duration.GetHistogramSum());
        Assert.All(new[] { duration, first, chunks }, one => Assert.Equal(OfAMetric, Names(one)));
        var tokens = Measured("gen_ai.client.token.usage", "{token}", Tokens);
        Assert.Equal(["input", "output"], tokens.Select(one => Tag(one, "gen_ai.token.type")).Order());
        Assert.All(tokens, one => Assert.Equal([.. OfAMetric.Append("gen_ai.token.type").Order(StringComparer.Ordinal)], Names(one)));

        List<Activity> Calls() => [.. spans.ToArray().Where(one => one.GetTagItem("server.port") is int port && port == server.Port)];

        List<MetricPoint> Measured(string name, string unit, double[] bounds)
        {
            var metric = Assert.Single(metrics, one => one.Name == name && one.MetricPoints.Any(IsOurs));
            Assert.Equal(MetricType.Histogram, metric.MetricType);
            Assert.Equal(unit, metric.Unit);
            var points = metric.MetricPoints.Where(IsOurs).ToList();
            Assert.All(points, point => Assert.Equal(bounds.Append(double.PositiveInfinity), Bounds(point)));
            return points;
        }

        bool IsOurs(MetricPoint point) => Tag(point, "server.port") == $"{server.Port}";
    }

    private static string? Tag(MetricPoint point, string name)
    {
        foreach (var tag in point.Tags)
        {
            if (tag.Key == name)
            {
                return $"{tag.Value}";
            }
        }

        return null;
    }

    private static List<string> Names(MetricPoint point)
    {
        var names = new List<string>();
        foreach (var tag in point.Tags)
        {
            names.Add(tag.Key);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private static List<double> Bounds(MetricPoint point)
    {
        var bounds = new List<double>();
        foreach (var bucket in point.GetHistogramBuckets())
        {
            bounds.Add(bucket.ExplicitBound);
        }

        return bounds;
    }

    private sealed class IdentifiedClient(Uri server) : IChatClient
    {
        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages,
            ChatOptions? options = null,
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (var piece in (string[])["Well", " said", "."])
            {
                await Task.Yield();
                yield return Update(new TextContent(piece));
            }

            var end = Update(new UsageContent(new UsageDetails { InputTokenCount = 20, OutputTokenCount = 3 }));
            end.FinishReason = ChatFinishReason.Stop;
            yield return end;
        }

        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) =>
            serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("openai", server, "wise-1")
            : serviceType.IsInstanceOfType(this) ? this
            : null;

        public void Dispose()
        {
        }

        private static ChatResponseUpdate Update(AIContent content) =>
            new(ChatRole.Assistant, [content]) { ResponseId = "answer-1", ModelId = "wise-1-2026" };
    }
}
