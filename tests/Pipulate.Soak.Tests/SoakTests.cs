using System.Diagnostics;
using Pipulate.Soak.Hosting;
using Pipulate.Tests;

namespace Pipulate.Soak;

/// <summary>
/// Everything at once: pages that come and go as they do in the world, streams in all conversations, readers that read nothing. Short with
/// <c>dotnet test</c>; docs/reliability.md has the command for ten minutes with a thousand pages.
/// </summary>
[Collection(MeasuredAlone.Name)]
public sealed class SoakTests(ITestOutputHelper output)
{
    /// <summary>For what does not grow with time: methods compiled again, tables that are larger now.</summary>
    private const int Slack = 5_000_000;

    private static readonly SoakSettings Small =
        SoakSettings.FromEnvironment() with { Duration = TimeSpan.FromSeconds(3), Pages = 16, Stalled = 1 };

    [Fact]
    [Trait("Category", Exhaustive.Category)]
    [Trait("Row", "F-10")]
    [Trait("Row", "F-24")]
    public async Task Pages_ThatReadThroughAllFaults_EndWithExactlyWhatWasGeneratedAndLeaveNothingBehind()
    {
        var settings = SoakSettings.FromEnvironment();
        var log = new SoakLog();
        var bare = Footprint.Take();
        var (start, end, kept, answers, left) = await MeasureAsync(settings, log);
        var after = await Footprint.SettleAsync(bare.Heap + Slack, TestContext.Current.CancellationToken);
        output.WriteLine(
            $"Before the server: {bare}.\nBefore the soak:   {start}.\nAfter the soak:    {end}, with at most {kept / 1e6:0.0} MB of "
                + $"conversations and {left} connections.\nAfter the server:  {after}.");

        Assert.Empty(log.Faults);
        Assert.True(
            log["connections"] >= settings.Pages && log["reloads"] > 0 && log["resets"] > 0 && log["goodbyes"] > 0, "There were faults.");
        Assert.True(settings.Stalled == 0 || log["stalled readers let go"] >= settings.Stalled);
        Assert.True(log["texts compared"] > answers);
        Assert.True(
            log.LatestButOneInAHundred < settings.SendLimit + TimeSpan.FromSeconds(1), "Nobody waits for a page that does not read.");
        Assert.Equal(0, left);
        Assert.True(end.Heap - start.Heap - kept < Slack, $"The heap grew from {start} to {end}.");
        Assert.True(after.Heap - bare.Heap < Slack, $"The server has gone but not all it held: {bare}, {after}.");
        Assert.True(end.Handles <= start.Handles + 20, $"There were {start.Handles} handles, and now {end.Handles}.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Checker_OfAPageThatLosesOrDoublesOnePiece_SeesIt(int times)
    {
        var settings = Small with { Calm = TimeSpan.FromMinutes(1) };
        var log = new SoakLog();
        Transcript[] transcripts = [new(0), new(1)];
        using var speaker = new Speaker(transcripts, settings, log);
        await using var host = await SoakHost.StartAsync(speaker, log, settings);
        var mangled = 0;
        var soak = new SoakRun(host, transcripts, settings, log)
        {
            // The third piece by which an answer grows. More of it follow, and without them nobody could tell: the end of an answer brings
            // all of it.
            MangleFirst = message => message.Contains("\"beforeend\">", StringComparison.Ordinal)
                && !message.Contains("chat-entry", StringComparison.Ordinal) && ++mangled == 3
                ? Enumerable.Repeat(message, times)
                : [message],
        };

        await soak.RunAsync(TestContext.Current.CancellationToken);

        Assert.True(mangled >= 3);
        Assert.Contains(log.Faults, fault => fault.Contains("gap or a double", StringComparison.Ordinal));
    }

    /// <summary>The soak between two weighings. A method of its own, so that nothing in it keeps the server alive afterwards.</summary>
    private async Task<(Footprint Start, Footprint End, long Kept, int Answers, int Left)> MeasureAsync(SoakSettings settings, SoakLog log)
    {
        var transcripts = Enumerable.Range(0, settings.Conversations).Select(number => new Transcript(number)).ToList();
        using var speaker = new Speaker(transcripts, settings, log);
        await using var host = await SoakHost.StartAsync(speaker, log, settings);

        // So that what is made once is there before it is weighed.
        await new SoakRun(host, [.. transcripts.Take(4)], Small with { Stalled = 2 }, log).RunAsync(TestContext.Current.CancellationToken);
        await NobodyIsThereAsync(host);
        var start = Footprint.Take();
        var (began, spent) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        output.WriteLine(
            $"Soaking {settings.Pages} pages of {settings.Conversations} conversations and {settings.Stalled} stalled readers for "
                + $"{settings.Duration.TotalSeconds} s, seed {settings.Seed}.");

        using var seen = new Census(host.Registry);
        await new SoakRun(host, transcripts, settings, log).RunAsync(TestContext.Current.CancellationToken);

        var cpu = Environment.CpuUsage.TotalTime - spent;
        await NobodyIsThereAsync(host);
        var kept = transcripts.Sum(transcript => transcript.Read().Sum(KeptFor));
        output.WriteLine(
            $"{Stopwatch.GetElapsedTime(began).TotalSeconds:0} s, {cpu.TotalSeconds:0} s of CPU. {log.Counts}; {speaker.Answers} "
                + $"answers, {log.Bytes / 1e6:0.0} MB read; an answer's end seen after {log.Lags}.");
        transcripts.ForEach(transcript => transcript.Clear());
        var end = await Footprint.SettleAsync(start.Heap + kept + Slack, TestContext.Current.CancellationToken);
        return (start, end, kept, speaker.Answers, seen.CountAlive());
    }

    private static Task NobodyIsThereAsync(SoakHost host) => Eventually.TrueAsync(() => host.Registry.Count == 0);

    /// <summary>
    /// What the library may hold of an entry: its text as characters and as bytes, both with room to grow, and the entry itself.
    /// </summary>
    private static long KeptFor(Said said) => (4 * said.Text.Length) + (4 * System.Text.Encoding.UTF8.GetByteCount(said.Text)) + 1_000;
}
