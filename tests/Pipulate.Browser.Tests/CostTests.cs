using System.Globalization;
using Pipulate.Browser.Hosting;
using Pipulate.FakeOllama;
using Pipulate.Tests;
using static Pipulate.Browser.Hosting.SampleSite;

namespace Pipulate.Browser;

/// <summary>
/// What a long answer costs the page that shows it, in time of the processor, for a busy machine must not decide. 5,000 words at 50 a
/// second take 100 s, so in CI it is a tenth of them, by default a 25th, and all of them with PIPULATE_COST_WORDS=5000. Beside it, in the
/// same page, stands the least that a change as often costs Chromium: one word more, by a script, with nobody's code around it.
/// </summary>
public sealed class CostTests(BareChromium chromium, ITestOutputHelper output) : IClassFixture<BareChromium>
{
    private const int All = 5_000;
    private const int FloorFrames = 100;

    /// <summary>How many times the floor a frame may take: the words are parsed, put in their place and looked at by htmx.</summary>
    private const int Most = 3;
    private static readonly TimeSpan LongTask = TimeSpan.FromMilliseconds(50);

    private static readonly int Words =
        Environment.GetEnvironmentVariable("PIPULATE_COST_WORDS") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : All / Exhaustive.Count(full: 10, quick: 25);

    [Theory, OnBothVersions]
    [Trait("Category", Exhaustive.Category)]
    public async Task LongAnswer_AtFiftyTokensASecond_CostsThePageLittleMoreThanAnyChangeDoes(HtmxVersion version)
    {
        await using var site = await StartBareAsync(version, $"--Pipulate:Limits:AnswerTokens={All + 1}");
        string[] words = [.. Enumerable.Range(1, Words).Select(i => i % 60 == 0 && i < Words ? $"word{i}\n\n" : $"word{i} ")];
        site.Ollama.Answer = _ => FakeAnswer.Tokens(words) with { TokensPerSecond = 50 };
        var tab = await chromium.NewVisitorAsync();
        await tab.OpenSampleAsync(site.Sample.Address);
        await tab.WatchCostAsync();
        var floor = await MeasureFloorAsync(tab);
        var before = await tab.ReadCostAsync();
        await using var trace = await tab.TraceAsync();

        await tab.SayAsync("Tell me all.");
        await tab.WaitAsync($"{BareTab.AnswerState} === 'complete'", TimeSpan.FromSeconds(60 + (Words / 50)));

        var cost = await tab.ReadCostAsync() - before;
        var tasks = await trace.EndAsync();
        var frames = Words / 2; // 25 rounds a second
        output.WriteLine(
            $"{version}, {Words} words: {cost}. A frame: {cost.Tasks.TotalMilliseconds / frames:0.00} ms, of which scripts {cost.Script.TotalMilliseconds / frames:0.00}; "
            + $"the floor: {floor.Tasks.TotalMilliseconds / FloorFrames:0.00} ms. Longest tasks: {string.Join(", ", tasks.Take(5).Select(task => $"{task.TotalMilliseconds:0.0} ms"))} of {tasks.Count}.");
        Assert.Equal(
            string.Concat(words).Replace("\n\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal),
            await tab.EvaluateAsync<string>($"{BareTab.Answer}.replace(/\\s/g, '')"));
        Assert.True(
            await tab.EvaluateAsync<bool>(
                "[...document.querySelectorAll('[data-role=assistant] > .chat-text, [data-role=assistant] > .chat-text *')].every(e => "
                    + "[...e.childNodes].filter(n => n.nodeType === 3).length <= 1)"));
        Assert.True(
            cost.Tasks / frames < Most * (floor.Tasks / FloorFrames),
            $"A frame took {cost.Tasks / frames}, and the least is {floor.Tasks / FloorFrames}.");
        Assert.NotEmpty(tasks);
        Assert.True(tasks[0] < LongTask, $"A task took {tasks[0]}.");
    }

    private static async Task<PageCost> MeasureFloorAsync(BareTab tab)
    {
        var before = await tab.ReadCostAsync();
        await tab.EvaluateAsync<bool>($$"""
            new Promise(done => {
              const line = document.createElement('p');
              document.querySelector('.chat-scroll').append(line);
              let frame = 0;
              const timer = setInterval(() => {
                line.append('word ');
                if (++frame === {{FloorFrames}}) { clearInterval(timer); line.remove(); done(true); }
              }, 40);
            })
            """);
        return await tab.ReadCostAsync() - before;
    }
}
