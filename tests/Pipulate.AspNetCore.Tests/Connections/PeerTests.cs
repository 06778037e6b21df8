using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Connections;
using Pipulate.FakeOllama;
using Pipulate.Tests.Telemetry;

namespace Pipulate.Tests.Connections;

/// <summary>
/// Peers that are not as they should be, while an answer streams: gone, silent, deaf. Who is as they should be notices nothing.
/// </summary>
[Collection(MeasuredAlone.Name)]
public sealed class PeerTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    [Fact]
    [Trait("Row", "S-25")]
    public async Task Reset_WhileAnAnswerStreams_IsNoticedWithinASecondAndBurnsNothing()
    {
        const int Pages = 20;
        await using var host = await ChatHost.StartAsync(ollama: false);
        var pages = await Task.WhenAll(Enumerable.Range(0, Pages).Select(_ => ConnectAsync(host)));
        using var canary = await ConnectAsync(host);
        await Eventually.TrueAsync(() => host.Services.Registry().Count == Pages + 1);
        using var ending = new CancellationTokenSource();
        var streaming = StreamAsync(host, ending.Token);
        await ReadAsync(canary, messages: 25);

        var reset = Stopwatch.GetTimestamp();
        foreach (var page in pages)
        {
            page.Reset();
        }

        await Eventually.TrueAsync(() => host.Services.Registry().Count == 1);
        var noticed = Stopwatch.GetElapsedTime(reset);

        // A second of the stream for the one who is left: with a loop that sends to a dead socket it would cost a whole core, each time.
        // What the runtime still compiles after the tests before costs a core as well, but not for long.
        var share = double.MaxValue;
        for (var look = 0; look < 8 && share >= 0.5; look++)
        {
            var (spent, measured) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
            await ReadAsync(canary, messages: 25);
            share = (Environment.CpuUsage.TotalTime - spent) / Stopwatch.GetElapsedTime(measured);
        }

        await ending.CancelAsync();
        await streaming;

        output.WriteLine($"{Pages} resets noticed after {noticed.TotalMilliseconds:0} ms; then {share:P0} of a core.");
        Assert.True(noticed < Soon, $"{Pages} resets were noticed after {noticed}.");
        Assert.True(share < 0.5, $"The process takes {share:P0} of a core for one page.");
    }

    [Fact]
    public async Task Goodbye_WhileAnAnswerStreams_IsAnsweredWithinASecond()
    {
        await using var host = await ChatHost.StartAsync(ollama: false);
        using var page = await ConnectAsync(host);
        var canary = await host.OpenAsync();
        using var ending = new CancellationTokenSource();
        var streaming = StreamAsync(host, ending.Token);
        await canary.WaitAsync(dom => dom.Entries.Any(entry => entry.Text.Length > 100));

        var left = Stopwatch.GetTimestamp();
        await page.SayGoodbyeAsync(TestContext.Current.CancellationToken);
        await page.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => host.Services.Registry().Count == 1);

        Assert.Equal(1000, page.Closed);
        Assert.True(Stopwatch.GetElapsedTime(left) < Soon);
        await ending.CancelAsync();
        await streaming;
    }

    [Fact]
    public async Task Message_WhileAnAnswerStreams_IsHeardAtOnce()
    {
        await using var host = await ChatHost.StartAsync();
        var rest = new TaskCompletionSource();
        host.Ollama.Answer = _ => FakeAnswer.Text("one two three") with { GateAfterFirst = rest.Task };
        var page = await host.OpenAsync();
        await page.TypeAsync("first");
        await page.WaitAsync(dom => dom.Entries.Any(entry => entry is { Role: "assistant", Text: "one" }));

        await page.TypeAsync("second", "id-2");

        await page.WaitAsync(dom => dom.Entries.Any(entry => entry is { Role: "user", Text: "second" }));
        await page.WaitAsync(dom => dom.AttributeOf("msg-id", "data-ack") == "id-2");
        Assert.Equal("streaming", page.Read(dom => dom.Entries.Single(entry => entry.Role == "assistant").State));
        rest.SetResult();
        await page.WaitForAnswerAsync(2);
    }

    public static TheoryData<bool> Readers => [.. Exhaustive.Cases([true, false], quick: 1)];

    [Theory]
    [MemberData(nameof(Readers))]
    [Trait("Category", Exhaustive.Category)]
    [Trait("Row", "S-23")]
    public async Task Peer_ThatAnswersNoPings_IsGoneInTimeAndOneThatDoesStays(bool reads)
    {
        var rhythm = new KeepAliveSettings(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        await using var host = await ChatHost.StartAsync(services: services => services.AddSingleton(rhythm), ollama: false);
        using var silent = await ConnectAsync(host);
        silent.Answers = false;
        var canary = await host.OpenAsync();
        using var ending = new CancellationTokenSource();
        var streaming = StreamAsync(host, ending.Token);

        var began = Stopwatch.GetTimestamp();
        var reading = reads ? silent.ReadToEndAsync(ending.Token) : Task.CompletedTask;
        await Eventually.TrueAsync(() => host.Services.Registry().Count == 1);

        var took = Stopwatch.GetElapsedTime(began);
        output.WriteLine($"Gone after {took.TotalSeconds:0.0} s.");
        Assert.InRange(took, rhythm.Timeout, rhythm.Interval + rhythm.Timeout + Soon);
        await canary.WaitAsync(dom => dom.Entries[^1].Text.Length > 1_500);
        await ending.CancelAsync();
        await streaming;
        await reading.WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken);
    }

    [Fact]
    [Trait("Row", "S-23")]
    public async Task Pings_AsShipped_FindADeadPeerWithinThirtySeconds()
    {
        await using var host = await ChatHost.StartAsync(ollama: false);
        var rhythm = host.Services.GetRequiredService<KeepAliveSettings>();

        Assert.Equal(TimeSpan.FromSeconds(15), rhythm.Interval);
        Assert.True(rhythm.Interval + rhythm.Timeout <= TimeSpan.FromSeconds(30));
    }

    [Fact]
    [Trait("Row", "S-24")]
    [Trait("Row", "F-24")]
    public async Task Peer_ThatReadsNothing_IsLetGoAfterTheSendLimitAndHoldsUpNobody()
    {
        var limit = TimeSpan.FromSeconds(1);
        await using var host = await ChatHost.StartAsync(configure: options => options.Limits.Send = limit, ollama: false);
        using var metrics = new RecordedMetrics(host.Services);
        using var deaf = await ConnectAsync(host, receiveBuffer: 4096);
        var canary = await host.OpenAsync();
        var channel = host.Services.GetRequiredService<IChatChannel>();

        // More than the kernel takes for a peer that does not read.
        var text = new string('x', 200_000);
        for (var i = 1; host.Services.Registry().Count > 1; i++)
        {
            Assert.True(i < 100, "The deaf peer is still there.");
            var began = Stopwatch.GetTimestamp();
            await channel.SayAsync(ChatAudience.Everyone, text, TestContext.Current.CancellationToken);
            await canary.WaitAsync(dom => dom.Entries.Count == i);
            Assert.True(Stopwatch.GetElapsedTime(began) < limit, "The canary waited for the deaf peer.");
            // The limit of a send goes by the system's clock: there must be rounds left when it is over.
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, host.Services.Registry().Count);
        await Eventually.TrueAsync(() => metrics["pipulate.connection.evicted"].Count > 0);
        Assert.Equal("slow", Assert.Single(metrics["pipulate.connection.evicted"]).Tags["reason"]);
    }

    [Fact]
    [Trait("Category", Exhaustive.Category)]
    [Trait("Row", "S-26")]
    public async Task Shutdown_WithAPageThatDoesNotAnswerTheGoodbye_EndsAllTheSame()
    {
        Exhaustive.SkipByDefault();
        await using var host = await ChatHost.StartAsync(ollama: false);
        using var silent = await ConnectAsync(host);
        silent.Answers = false;
        var reading = silent.ReadToEndAsync(TestContext.Current.CancellationToken);

        var began = Stopwatch.GetTimestamp();
        await host.StopAsync();

        var took = Stopwatch.GetElapsedTime(began);
        Assert.True(took < TimeSpan.FromSeconds(10), $"The host waited {took} for one page.");
        await reading;
        Assert.Equal(1012, silent.Closed);
    }

    private static Task<RawPage> ConnectAsync(ChatHost host, int? receiveBuffer = null) =>
        RawPage.ConnectAsync(host.Address, null, receiveBuffer, TestContext.Current.CancellationToken);

    private static async Task ReadAsync(RawPage page, int messages)
    {
        for (var i = 0; i < messages; i++)
        {
            Assert.NotNull(await page
                .ReadAsync(TestContext.Current.CancellationToken)
                .AsTask()
                .WaitAsync(TestTime.Timeout, TestContext.Current.CancellationToken));
        }
    }

    /// <summary>Speaks to everybody until it is told to end, about 500 characters a second in 50 pieces.</summary>
    private static async Task StreamAsync(ChatHost host, CancellationToken ending)
    {
        try
        {
            await host.Services.GetRequiredService<IChatChannel>().StreamAsync(ChatAudience.Everyone, Pieces(), ending);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
        }
    }

    private static async IAsyncEnumerable<string> Pieces()
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await pace.WaitForNextTickAsync())
        {
            yield return "ten chars ";
        }
    }
}
