using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Telemetry;

/// <summary>The table of docs/operations.md is what the meter has: somebody's dashboard hangs on each name, unit and tag.</summary>
public sealed class OperationsTableTests
{
    private static readonly List<string[]> Rows =
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "docs", "operations.md"))
            .Where(line => line.StartsWith("| `pipulate.", StringComparison.Ordinal)
                || line.StartsWith("| `gen_ai.", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray()),
    ];

    [Fact]
    public async Task Table_OfMetrics_IsWhatTheMeterHas()
    {
        await using var host = await ChatHost.StartAsync(ollama: false);
        using var metrics = new RecordedMetrics(host.Services);

        Assert.Equal(
            metrics.Instruments
                .Select(one => $"`{one.Name}` | `{one.Unit}` | {KindOf(one)} | {one.Description}")
                .Order(StringComparer.Ordinal),
            Rows.Select(row => $"{row[0]} | {row[1]} | {row[2]} | {row[4]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Query_OfARow_AsksForItsMetricAsPrometheusNamesIt() =>
        Assert.All(Rows, row =>
        {
            var name = row[0].Trim('`').Replace('.', '_') + (row[1] == "`s`" ? "_seconds" : "") + row[2] switch
            {
                "counter" => "_total",
                "histogram" => "_",
                _ => "",
            };
            Assert.Contains(name, row[5], StringComparison.Ordinal);
        });

    [Fact]
    public async Task Tags_OfWhatIsMeasured_AreThoseOfItsRow()
    {
        await using var host = await ChatHost.StartAsync(configure: options =>
            (options.Limits.ConnectionsPerVisitor, options.Schedule.Debounce, options.Schedule.Cooldown) =
                (1, TimeSpan.FromMilliseconds(50), TimeSpan.FromHours(1)));
        using var metrics = new RecordedMetrics(host.Services);
        var page = await host.OpenAsync();
        var queue = host.Services.GetRequiredService<IChatQueue>();
        var bought =
            new ChatEvent(Assert.Single(host.Services.Registry().GetConnections(ChatAudience.Everyone)).Conversation, "They bought milk.");
        await queue.EnqueueAsync(bought, TestContext.Current.CancellationToken);
        await queue.EnqueueAsync(bought, TestContext.Current.CancellationToken);
        await page.WaitForAnswerAsync();
        await queue.EnqueueAsync(bought, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => metrics["pipulate.commentary.suppressed"].Count == 1);
        host.Ollama.Answer = _ => FakeAnswer.Text("never") with { Fault = FakeFault.ErrorLine, FaultAfterTokens = 0 };
        await page.TypeAsync("Hello");
        await page.WaitForAnswerAsync(state: "failed");
        using var refused = await page.Http.GetAsync("/sse", TestContext.Current.CancellationToken);
        await page.SendAsync("binary", System.Net.WebSockets.WebSocketMessageType.Binary);
        await page.Closed.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => metrics["pipulate.answer.ended"].Count >= 2);
        metrics.Look("pipulate.connections");

        var measured = metrics.All
            .GroupBy(one => one.Name)
            .ToDictionary(one => one.Key, one => one.SelectMany(each => each.Tags.Keys).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["`pipulate.history.cuts`"], Rows.Select(row => row[0]).Where(name => !measured.ContainsKey(name.Trim('`'))));
        Assert.All(measured, one =>
        {
            var row = Assert.Single(Rows, row => row[0] == $"`{one.Key}`");
            Assert.Equal(
                one.Value, row[3].Split(", ").Select(tag => tag.Trim('`')).Where(tag => tag.Length > 0).Order(StringComparer.Ordinal));
        });
    }

    private static string KindOf(Instrument instrument) => instrument switch
    {
        Counter<long> => "counter",
        Histogram<long> or Histogram<double> => "histogram",
        ObservableUpDownCounter<int> => "up-down counter",
        _ => instrument.GetType().Name,
    };
}
