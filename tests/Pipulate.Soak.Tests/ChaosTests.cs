using System.Diagnostics;
using Pipulate.Soak.Chaos;
using Pipulate.Soak.Hosting;
using Pipulate.Tests;

namespace Pipulate.Soak;

/// <summary>
/// Everything goes wrong at once and by chance: the model, the store, the server, the network, and pages that mean harm. Half a minute with
/// <c>dotnet test</c>, two in CI; docs/reliability.md has
/// the command for half an hour. The seed is printed, and gives the same chances again.
/// </summary>
[Collection(MeasuredAlone.Name)]
public sealed class ChaosTests(ITestOutputHelper output)
{
    /// <summary>For what does not grow with time: methods compiled again, tables that are larger now.</summary>
    private const int Slack = 8_000_000;

    private const int MoreThreads = 10;

    [Fact]
    [Trait("Category", Exhaustive.Category)]
    [Trait("Row", "F-01")]
    [Trait("Row", "F-04")]
    [Trait("Row", "F-05")]
    [Trait("Row", "F-10")]
    [Trait("Row", "F-11")]
    [Trait("Row", "F-26")]
    [Trait("Row", "S-45")]
    public async Task People_WhateverGoesWrong_LoseNothingThatWasPromisedAndSeeNothingOfOthers()
    {
        var settings = ChaosSettings.FromEnvironment();
        var log = new SoakLog();
        output.WriteLine(
            $"{settings.Pages} pages of {settings.People} people for {settings.Duration.TotalMinutes} min, "
                + $"PIPULATE_CHAOS_SEED={settings.Seed}");
        using var mishaps = new Mishaps(log);

        // So that what is made once is there before it is weighed.
        var few = settings with
        {
            Duration = TimeSpan.FromSeconds(6),
            Pages = 8,
            Calm = TimeSpan.FromSeconds(1),
            Thought = TimeSpan.FromSeconds(0.5),
            Peace = TimeSpan.FromSeconds(1),
        };
        await RunAsync(few, [], log);
        var start = Footprint.Take();
        var (began, spent) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var started = new List<WeakReference>();
        await RunAsync(settings, started, log);
        var (took, cpu) = (Stopwatch.GetElapsedTime(began), Environment.CpuUsage.TotalTime - spent);
        var end = await Footprint.SettleAsync(
            footprint => footprint.Heap < start.Heap + Slack && footprint.Threads <= start.Threads + MoreThreads
                && !started.Exists(application => application.IsAlive),
            TestContext.Current.CancellationToken);

        output.WriteLine(
            $"{took.TotalSeconds:0} s, {cpu.TotalSeconds:0} s of CPU, {log.Bytes / 1e6:0.0} MB read. {log.Counts}; "
                + $"{started.Count(application => application.IsAlive)} of {started.Count} applications are left.\nBefore: "
                + $"{start}.\nAfter:  {end}.");
        Assert.True(log.Faults.Count == 0, string.Join("\n", log.Faults));
        Assert.Equal(0, started.Count(application => application.IsAlive));
        Assert.True(end.Heap - start.Heap < Slack, $"The heap grew from {start} to {end}.");
        Assert.True(end.Handles <= start.Handles + 20, $"There were {start.Handles} handles, and now {end.Handles}.");
        Assert.True(end.Sockets <= start.Sockets, $"There were {start.Sockets} sockets, and now {end.Sockets}.");
        Assert.True(end.Threads <= start.Threads + MoreThreads, $"There were {start.Threads} threads, and now {end.Threads}.");
    }

    /// <summary>A method of its own, so that nothing in it keeps the server alive afterwards.</summary>
    private static async Task RunAsync(ChaosSettings settings, List<WeakReference> started, SoakLog log)
    {
        using var store = new ChaosStore(log);
        await using var model = await ChaosModel.StartAsync(settings.ChanceFor(-3), log);
        await using var server = await ChaosServer.StartAsync(model, store, started, log);
        await new ChaosRun(server, model, store, settings, log).RunAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => server.Host.Registry.Count == 0);
    }
}
