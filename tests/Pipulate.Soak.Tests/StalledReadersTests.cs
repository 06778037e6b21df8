using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Soak.Hosting;
using Pipulate.Tests;

namespace Pipulate.Soak;

/// <summary>A thousand pages that read nothing, beside some that do.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class StalledReadersTests(ITestOutputHelper output)
{
    private const int Stalled = 1_000;
    private const int Reading = 20;

    /// <summary>For what does not grow with the readers: methods compiled again, tables that are larger now.</summary>
    private const int Slack = 5_000_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly string Piece = $"<div id=\"noise\" hx-swap-oob=\"innerHTML\">{new string('x', 16_000)}</div>";

    [Fact]
    [Trait("Row", "F-24")]
    public async Task AThousandReaders_ThatReadNothing_CostLittleAndAreLetGoWhileTheOthersAreServed()
    {
        var log = new SoakLog();
        var (start, most, took, left) = await MeasureAsync(log);

        // Kestrel has kept the memory of its pipes until here, ready for others, and gives it back bit by bit.
        var end = await Footprint.SettleAsync(start.Heap + Slack, TestContext.Current.CancellationToken);
        output.WriteLine(
            $"{Stalled} stalled readers let go after {took.TotalSeconds:0.0} s. Meanwhile {log["told"]} pieces came to {Reading} others "
                + $"after {log.Lags}.\nBefore: {start}.\nAt most: {most}.\nAfter:  {end}.");

        Assert.Empty(log.Faults);
        Assert.True(took < TimeSpan.FromSeconds(30), $"They were let go after {took}.");
        Assert.True(most.WorkingSet - start.WorkingSet < 256_000_000, $"The process grew from {start} to {most}.");
        Assert.Equal(0, left);
        Assert.True(end.Heap - start.Heap < Slack, $"The heap grew from {start} to {end}.");
        Assert.True(end.Handles <= start.Handles + 20, $"There were {start.Handles} handles, and now {end.Handles}.");
        Assert.True(log.LatestButOneInAHundred < Limit / 2, "Somebody waited for those who read nothing.");
    }

    /// <summary>A method of its own, so that nothing in it keeps the server alive afterwards.</summary>
    private static async Task<(Footprint Start, Footprint Most, TimeSpan Took, int Left)> MeasureAsync(SoakLog log)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var host = await StartAsync(log);
        await Task.WhenAll((await ConnectAsync(host, 50, null)).Select(LeaveAsync));
        await Eventually.TrueAsync(() => host.Registry.Count == 0);
        var start = Footprint.Take();

        using var ending = new CancellationTokenSource();
        var readers = await ConnectAsync(host, Reading, null);
        Join(host, "reading");
        var reading = readers.Select(page => ReadAsync(page, log, ending.Token)).ToList();
        var telling = TellAsync(host, ending.Token);
        var stalled = await ConnectAsync(host, Stalled, 4096);
        Join(host, "stalled");
        using var seen = new Census(host.Registry);
        var began = Stopwatch.GetTimestamp();

        // More than Kestrel and the kernel take for each of them.
        for (var i = 0; i < 30; i++)
        {
            await host.Channel.SendAsync(ChatAudience.Group("stalled"), Piece, cancellation);
            await Task.Delay(50, cancellation);
        }

        var most = Footprint.Take();
        await Eventually.TrueAsync(() => host.Registry.Count == Reading);
        var took = Stopwatch.GetElapsedTime(began);
        await ending.CancelAsync();
        await telling;
        await Task.WhenAll(reading);
        stalled.ToList().ForEach(page => page.Dispose());
        await Eventually.TrueAsync(() => host.Registry.Count == 0);
        Footprint.Take();
        return (start, most, took, seen.CountAlive());
    }

    private static Task<SoakHost> StartAsync(SoakLog log) => SoakHost.StartAsync(
        new Uri("http://127.0.0.1:0"),
        new SoakHost.FaultLogger(log),
        services =>
        {
            // So that not the kernel takes what they do not read: by itself it would take megabytes for each of them.
            services.Configure<SocketTransportOptions>(options => options.CreateBoundListenSocket = endpoint =>
            {
                var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
                socket.SendBufferSize = 16 * 1024;
                return socket;
            });
            services.AddPipulate(options =>
            {
                options.Conversations = ConversationScope.Shared;
                options.Limits.Send = Limit;
            });
        });

    private static async Task<IReadOnlyList<RawPage>> ConnectAsync(SoakHost host, int count, int? receiveBuffer)
    {
        var before = host.Registry.Count;
        var pages = new List<RawPage>();
        foreach (var wave in Enumerable.Range(0, count).Chunk(100))
        {
            pages.AddRange(await Task.WhenAll(
                wave.Select(_ => RawPage.ConnectAsync(host.Address, null, receiveBuffer, TestContext.Current.CancellationToken))));
        }

        Assert.All(pages, page => Assert.Equal(101, page.Status));
        await Eventually.TrueAsync(() => host.Registry.Count == before + count);
        return pages;
    }

    /// <summary>Puts all pages into the group that are in none.</summary>
    private static void Join(SoakHost host, string group)
    {
        var others = host.Registry.GetConnections(ChatAudience.Group("reading")).Select(page => page.Id).ToHashSet();
        foreach (var page in host.Registry.GetConnections(ChatAudience.Everyone).Where(page => !others.Contains(page.Id)))
        {
            host.Registry.AddToGroup(page.Id, group);
        }
    }

    /// <summary>Tells those who read what time it is, twenty times a second.</summary>
    private static async Task TellAsync(SoakHost host, CancellationToken ending)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (await pace.WaitForNextTickAsync(ending))
            {
                await host.Channel.SendAsync(
                    ChatAudience.Group("reading"),
                    $"<div id=\"time\" hx-swap-oob=\"innerHTML\">{Stopwatch.GetTimestamp()}</div>",
                    CancellationToken.None);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static async Task ReadAsync(RawPage page, SoakLog log, CancellationToken ending)
    {
        const string Begin = "<div id=\"time\" hx-swap-oob=\"innerHTML\">";
        try
        {
            while (await page.ReadAsync(ending) is { } message)
            {
                var html = Encoding.UTF8.GetString(message.Span);
                if (html.StartsWith(Begin, StringComparison.Ordinal))
                {
                    log.Count("told");
                    log.NoteLag(Stopwatch.GetElapsedTime(long.Parse(
                        html.AsSpan(Begin.Length, html.IndexOf('<', Begin.Length) - Begin.Length), CultureInfo.InvariantCulture)));
                }
            }

            log.Fault($"A page that reads was closed with {page.Closed}.");
        }
        catch (OperationCanceledException)
        {
            await LeaveAsync(page);
        }
    }

    private static async Task LeaveAsync(RawPage page)
    {
        await page.SayGoodbyeAsync();
        await page.ReadToEndAsync(TestContext.Current.CancellationToken);
        page.Dispose();
    }
}
